// Runs once in the form: asks, keeps the conversation together, and turns clicks into places to
// open. It never builds markup from text; what arrives from the server was escaped there.
window.kutipForm?.abort(); // a second run replaces the first
const control = (window.kutipForm = new AbortController());
const on = (target, type, listener) =>
  target.addEventListener(type, listener, { signal: control.signal });
const part = (name) => document.querySelector(`[data-kutip="${name}"]`);
const words = () => element.querySelector('form').dataset;
const wide = matchMedia('(min-width: 900px)');

let turns = 0;
let busy = false;
let pulse = 0; // asks now and then whether the server is there, while it should answer
let stopped = 0; // the turn that was stopped last

function make(tag, name, text) {
  const made = document.createElement(tag);
  made.className = name;
  if (text) made.textContent = text;
  return made;
}

function pending(question) {
  const article = make('article', 'turn');
  article.dataset.state = 'waiting';
  const heading = make('h2', 'question', question);
  heading.dir = 'auto';
  const answer = make('div', 'answer waiting');
  answer.append(make('p', 'text', words().reading));
  article.append(heading, answer);
  return article;
}

// Gradio says nothing of a lost connection to its parts, and tries to reconnect by itself.
async function listen() {
  const reached = await fetch('./gradio_api/app_id').then(
    (reply) => reply.ok,
    () => false,
  );
  if (busy && !reached) interrupt('failed', words().unreachable);
}

function setBusy(value) {
  busy = value;
  clearInterval(pulse);
  if (busy) pulse = setInterval(listen, 3000);
  element.querySelector('form').classList.toggle('busy', value);
}

function say(text) {
  element.querySelector('[role=status]').textContent = text;
}

function fit(area) {
  area.style.height = 'auto';
  area.style.height = `${area.scrollHeight}px`;
}

function ask(question) {
  question = question.trim();
  if (!question || busy) return;
  setBusy(true);
  say(words().reading);
  const turn = part('turn');
  part('past').append(...turn.childNodes);
  turn.append(pending(question));
  document.documentElement.classList.add('kutip-asked');
  turn.scrollIntoView({ block: 'start' });
  turns += 1;
  trigger('ask', { question, turn: turns });
}

function finish(message) {
  setBusy(false);
  say(message);
  requestAnimationFrame(rest); // a stop button in use is hidden by then
}

// Typing goes on where nothing else was chosen; on a phone it would open the keyboard.
function rest() {
  if (wide.matches && document.activeElement === document.body) {
    element.querySelector('textarea').focus({ preventScroll: true });
  }
}

// The server sent a newer form of the answer.
function grown() {
  const article = part('turn').querySelector('article');
  if (stopped === turns && !busy) interrupt('stopped', words().stopped); // it was on its way
  if (!busy || article?.dataset.turn !== String(turns) || article.dataset.state !== 'done') return;
  finish(words().ready);
  if (article.querySelector('.failed')) return;
  const chip = article.querySelector('.found .chip');
  if (wide.matches) open(chip, false);
}

// The event is over. Without a finished answer it was stopped, or something broke.
function settled() {
  if (busy) interrupt('failed', words().failed);
}

function interrupt(kind, message) {
  const article = part('turn').querySelector('article');
  article.dataset.state = 'done';
  article.querySelector('.answer.waiting, .answer.stopped')?.remove();
  const answer = make('div', `answer ${kind}`);
  answer.append(make('p', 'text', message));
  article.append(answer);
  finish(message);
}

function open(button, byHand) {
  const { article, digest, evidence, answer } = button?.dataset ?? {};
  const place = button ? { article, digest, evidence, answer } : null;
  for (const other of document.querySelectorAll('[data-article]')) {
    const same =
      place && Object.keys(place).every((name) => other.dataset[name] === place[name]);
    if (same) other.setAttribute('aria-current', 'true');
    else other.removeAttribute('aria-current');
  }
  document.dispatchEvent(new CustomEvent('kutip:open', { detail: { place, byHand } }));
}

on(element, 'submit', (event) => {
  event.preventDefault();
  const area = element.querySelector('textarea');
  if (busy || !area.value.trim()) return;
  ask(area.value);
  area.value = '';
  fit(area);
  if (!wide.matches) area.blur(); // the keyboard of a phone would cover the answer
});

on(element, 'keydown', (event) => {
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  element.querySelector('form').requestSubmit();
});

on(element, 'input', (event) => fit(event.target));

on(document, 'click', (event) => {
  const button = event.target.closest?.('button');
  if (!button) return;
  if (button.dataset.article) open(button, true);
  else if (button.dataset.question) ask(button.dataset.question);
  else if (button.matches('.ask .stop') && busy) {
    trigger('stop');
    stopped = turns;
    interrupt('stopped', words().stopped);
  }
});

on(document, 'kutip:turn', grown);
on(document, 'kutip:settled', settled);
watch('value', () => {
  document.documentElement.lang = words().language;
  document.dispatchEvent(new CustomEvent('kutip:words'));
  document.documentElement.classList.add('kutip-ready');
  rest();
});
