// Asks, keeps the conversation together, and remembers it.
import { element, fill, find, make, part, root, say, whenPart, whenValue, wide, words, call }
  from './parts.js';
import * as history from './history.js';
import { narrowed } from './narrowing.js';
import { show } from './pane.js';

const state = { turns: 0, busy: false, pulse: 0, stopped: 0, talk: null, full: false };

export const talkId = () => state.talk;
const form = () => find('form.ask');
const turn = () => element('turn');

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
  const reached = await fetch('./gradio_api/app_id').then((reply) => reply.ok, () => false);
  if (state.busy && !reached) interrupt('failed', words().unreachable);
}

function setBusy(value) {
  state.busy = value;
  clearInterval(state.pulse);
  if (value) state.pulse = setInterval(listen, 3000);
  form().classList.toggle('busy', value);
}

export function fit(area) {
  area.style.height = 'auto';
  area.style.height = `${area.scrollHeight}px`;
}

// What the next question goes on from: the last answered turn of this conversation.
function before() {
  const all = [...document.querySelectorAll('#kutip-scroll .turn[data-record]')];
  const answered = all.filter((one) => one.querySelector('.answer.found'));
  return (answered.at(-1) ?? all.at(-1))?.dataset.record;
}

// Goes on from the last answered turn, unless the question is to stand alone.
export function ask(question, generation, alone = false) {
  const asked = question.trim();
  if (!asked || state.busy || !part('form')) return;
  const goesOn = alone ? undefined : before();
  setBusy(true);
  say(words().reading);
  const now = turn();
  element('past').append(...now.childNodes);
  now.append(pending(asked));
  root.classList.add('kutip-asked');
  now.scrollIntoView({ block: 'start' });
  state.turns += 1;
  const chosen = narrowed();
  part('form').ask({ question: asked, turn: state.turns, before: goesOn, generation, narrowed: chosen });
}

function finish(message) {
  setBusy(false);
  say(message);
  requestAnimationFrame(rest); // a stop button in use is hidden by then
}

// Typing goes on where nothing else was chosen; on a phone it would open the keyboard.
export function rest() {
  if (wide.matches && root.dataset.page === 'ask' && document.activeElement === document.body) {
    find('#kutip-question')?.focus({ preventScroll: true });
  }
}

// The server sent a newer form of the answer.
function grown() {
  const article = turn().querySelector('article');
  if (state.stopped === state.turns && !state.busy) interrupt('stopped', words().stopped);
  const ours = article?.dataset.turn === String(state.turns) && article.dataset.state === 'done';
  if (!state.busy || !ours) return;
  finish(words().ready);
  if (article.querySelector('.failed')) return;
  if (article.dataset.record) remember(article);
  if (wide.matches) show(article.querySelector('.found .chip'), false);
}

function remember(article) {
  const question = article.querySelector('.question').textContent;
  state.talk ??= history.fresh();
  history.append(state.talk, question, article.dataset.record);
  window.history.replaceState(null, '', `#talk?id=${state.talk}`);
  document.dispatchEvent(new CustomEvent('kutip:talks'));
}

// The server could not finish the answer, or would not begin it.
function broken() {
  if (state.busy) interrupt('failed', state.full ? words().busy : words().failed);
}

// Gradio says only that it failed; whether the queue was full is told by the reply to the question.
const send = window.fetch;
window.fetch = async (...request) => {
  const reply = await send(...request);
  if (String(request[0]).includes('/queue/join')) state.full = reply.status === 503;
  return reply;
};

function interrupt(kind, message) {
  const article = turn().querySelector('article');
  article.dataset.state = 'done';
  article.querySelector('.answer.waiting, .answer.stopped')?.remove();
  const answer = make('div', `answer ${kind}`);
  answer.append(make('p', 'text', message));
  article.append(answer);
  finish(message);
}

export function stop() {
  if (!state.busy) return;
  part('form').stop();
  state.stopped = state.turns;
  interrupt('stopped', words().stopped);
}

// Begins an empty conversation.
export function begin() {
  if (state.busy) stop();
  state.talk = null;
  element('past')?.replaceChildren();
  turn()?.replaceChildren();
  root.classList.remove('kutip-asked');
  show(null, false);
  document.dispatchEvent(new CustomEvent('kutip:talks'));
  rest();
}

// Shows a conversation of the history; the server writes its markup anew.
export async function resume(id) {
  if (id === state.talk) return;
  const records = history.records(id);
  begin();
  if (!records.length) return;
  state.talk = id;
  root.classList.add('kutip-asked', 'kutip-loading');
  const markup = await call('form', 'replay', { records });
  root.classList.remove('kutip-loading');
  if (state.talk !== id || typeof markup !== 'string') return;
  fill(element('past'), markup);
  const last = element('past').lastElementChild;
  last?.scrollIntoView({ block: 'start' });
  if (wide.matches) show(last?.querySelector('.found .chip') ?? null, false);
  document.dispatchEvent(new CustomEvent('kutip:talks'));
}

whenPart('form', ({ element: own }) => {
  own.addEventListener('submit', (event) => {
    event.preventDefault();
    const area = own.querySelector('textarea');
    if (state.busy || !area.value.trim()) return;
    ask(area.value);
    area.value = '';
    fit(area);
    if (!wide.matches) area.blur(); // the keyboard of a phone would cover the answer
  });
  own.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    if (!event.target.matches('textarea')) return;
    event.preventDefault();
    form().requestSubmit();
  });
  own.addEventListener('input', ({ target }) => target.matches('textarea') && fit(target));
});
whenValue('turn', grown);
document.addEventListener('kutip:broken', broken);
