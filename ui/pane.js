// Runs once in the reading pane: fetches an article with its marks from the server and brings the
// first mark into view. On a narrow screen the pane lies over the conversation until closed.
window.kutipPane?.abort(); // a second run replaces the first
const control = (window.kutipPane = new AbortController());
const on = (target, type, listener) =>
  target.addEventListener(type, listener, { signal: control.signal });
const root = document.documentElement;
const narrow = matchMedia('(max-width: 899.98px)');

let latest = 0;
let opener = null;

function label() {
  const words = document.querySelector('form.ask')?.dataset;
  if (words) {
    props.close = words.close;
    props.region = words.region;
  }
}

function show(byHand) {
  if (!byHand || !narrow.matches) return;
  opener = document.activeElement;
  root.classList.add('kutip-reading');
  element.querySelector('.close').focus({ preventScroll: true });
}

function close() {
  if (!root.classList.contains('kutip-reading')) return;
  root.classList.remove('kutip-reading');
  opener?.focus({ preventScroll: true });
}

function toMark() {
  const body = element.querySelector('.pane-body');
  const mark = body.querySelector('.body mark.answer') ?? body.querySelector('.body mark');
  body.scrollTop = 0;
  if (mark) {
    const target = mark.getBoundingClientRect();
    const frame = body.getBoundingClientRect();
    const heading = body.querySelector('header').getBoundingClientRect(); // stays at the top
    const above = Math.max(heading.height + 16, (frame.height - target.height) / 2.5);
    body.scrollTop = target.top - frame.top - above;
  }
}

async function open({ place, byHand }) {
  latest += 1;
  const ticket = latest;
  const body = element.querySelector('.pane-body');
  show(byHand);
  body.setAttribute('aria-busy', 'true');
  let value;
  try {
    value = await server.read(place);
  } catch (error) {
    console.error(error);
    const message = document.createElement('p');
    message.className = 'notice';
    message.textContent = document.querySelector('form.ask').dataset.unreachable;
    value = message.outerHTML;
  }
  if (ticket !== latest) return; // another article was opened meanwhile
  body.removeAttribute('aria-busy');
  label();
  props.value = value;
  requestAnimationFrame(toMark);
}

on(document, 'kutip:open', (event) => open(event.detail));
on(document, 'kutip:words', label);
on(element, 'click', (event) => event.target.closest('.close') && close());
on(document, 'keydown', (event) => event.key === 'Escape' && close());
watch('value', label);
