// The reading pane: fetches an article with its marks from the server, brings the first mark into
// view, and steps from citation to citation. On a narrow screen it lies over the page until closed.
import { address, call, copy, element, find, make, part, phrase, root, toast, whenPart, whenValue,
  wide, words } from './parts.js';
import { only } from './narrowing.js';

const PLACE = ['article', 'digest', 'evidence', 'answer'];
let latest = 0;
let opener = null;
let current = null; // the place that is open
let steps = []; // the buttons one can step through

const over = () => !wide.matches || root.dataset.page === 'insights';
const bodyOf = () => element('pane')?.querySelector('.pane-body');

export function placeOf(button) {
  if (!button) return null;
  return Object.fromEntries(PLACE.map((name) => [name, button.dataset[name] ?? '']));
}

const same = (button, place) => PLACE.every((name) => (button.dataset[name] ?? '') === place[name]);

function label() {
  const props = part('pane')?.props;
  if (!props || !words().close) return;
  props.close = words().close;
  props.region = words().pane_label;
  bar();
}

function bar() {
  const own = element('pane');
  const at = steps.findIndex((button) => current && same(button, current));
  const stepping = steps.length > 1 && at >= 0;
  for (const [selector, title] of [['.previous', words().previous], ['.next-mark', words().next]]) {
    const button = own.querySelector(selector);
    button.hidden = !stepping;
    button.setAttribute('aria-label', title);
    button.title = `${title} (${selector === '.previous' ? 'p' : 'n'})`;
  }
  const position = own.querySelector('.position');
  position.hidden = !stepping;
  position.textContent = stepping ? phrase(words().of, at + 1, steps.length) : '';
  const link = own.querySelector('.copy-place');
  link.hidden = !current;
  link.textContent = words().link;
  link.title = words().link_passage;
  const alone = own.querySelector('.only-here');
  alone.hidden = !current;
  alone.textContent = words().only_here_ask;
}

// Opens what a button names; without a button the pane is emptied.
export function show(button, byHand) {
  const turn = button?.closest('.turn');
  if (turn) {
    const chips = [...turn.querySelectorAll('.chip')];
    steps = chips.length ? chips : [...turn.querySelectorAll('.card')];
  } else {
    steps = [];
  }
  open(placeOf(button), byHand);
}

export async function open(place, byHand) {
  if (!part('pane')) return;
  current = place;
  for (const other of document.querySelectorAll('[data-article]')) {
    if (place && same(other, place)) other.setAttribute('aria-current', 'true');
    else other.removeAttribute('aria-current');
  }
  latest += 1;
  const ticket = latest;
  if (byHand && over()) cover();
  bodyOf().setAttribute('aria-busy', 'true');
  const value = await call('pane', 'read', place);
  if (ticket !== latest) return; // another article was opened meanwhile
  bodyOf().removeAttribute('aria-busy');
  if (value === undefined) {
    const message = make('p', 'notice', words().unreachable);
    part('pane').props.value = message.outerHTML;
  } else {
    part('pane').props.value = value;
  }
  label();
  requestAnimationFrame(toMark);
}

function cover() {
  if (!root.classList.contains('kutip-reading')) opener = document.activeElement;
  root.classList.add('kutip-reading');
  element('pane').querySelector('.close').focus({ preventScroll: true });
}

export function close() {
  if (!root.classList.contains('kutip-reading')) return false;
  root.classList.remove('kutip-reading');
  opener?.focus({ preventScroll: true });
  return true;
}

function toMark() {
  bar(); // what was drawn anew has it from the template
  const body = bodyOf();
  const mark = body.querySelector('.body mark.answer') ?? body.querySelector('.body mark');
  body.scrollTop = 0;
  if (!mark) return;
  const target = mark.getBoundingClientRect();
  const frame = body.getBoundingClientRect();
  const heading = body.querySelector('header').getBoundingClientRect(); // stays at the top
  const above = Math.max(heading.height + 16, (frame.height - target.height) / 2.5);
  body.scrollTop = target.top - frame.top - above;
}

export function step(by) {
  const at = steps.findIndex((button) => current && same(button, current));
  if (at < 0 || steps.length < 2 || root.dataset.page !== 'ask') return;
  const next = steps[(at + by + steps.length) % steps.length];
  open(placeOf(next), false);
}

let pointed = null; // the number whose quote is shown

// The quote of a citation beside its number, while it is pointed at or focused.
function hover(chip) {
  find('.kutip-quote')?.remove();
  pointed = chip;
  if (!chip || !wide.matches) return;
  const card = [...(chip.closest('.turn')?.querySelectorAll('.card') ?? [])].find((one) =>
    same(one, placeOf(chip)),
  );
  if (!card) return;
  const box = make('div', 'kutip-quote');
  box.setAttribute('role', 'tooltip');
  box.append(make('p', 'about', chip.getAttribute('aria-label')));
  const quote = make('p', 'quote');
  quote.append(...card.querySelector('.card-quote').cloneNode(true).childNodes);
  box.append(quote);
  document.body.append(box);
  const at = chip.getBoundingClientRect();
  const size = box.getBoundingClientRect();
  const left = Math.min(Math.max(8, at.left - 24), innerWidth - size.width - 8);
  const below = at.bottom + 8;
  const top = below + size.height > innerHeight - 8 ? at.top - size.height - 8 : below;
  box.style.left = `${left}px`;
  box.style.top = `${Math.max(8, top)}px`;
}

document.addEventListener('pointerover', (event) => hover(event.target.closest?.('.chip')));
document.addEventListener('focusin', (event) => {
  const chip = event.target.closest?.('.chip');
  hover(chip?.matches(':focus-visible') ? chip : null);
});
document.addEventListener('click', () => hover(null), true);
// Not when the pane beside it scrolls, as it does by itself when an answer is complete.
document.addEventListener('scroll', ({ target }) => target.contains(pointed) && hover(null), true);

whenPart('pane', ({ element: own }) => {
  own.addEventListener('click', async (event) => {
    if (event.target.closest('.close')) close();
    else if (event.target.closest('.previous')) step(-1);
    else if (event.target.closest('.next-mark')) step(1);
    else if (event.target.closest('.only-here') && current) {
      only(current.article, own.querySelector('.title')?.textContent ?? current.article);
    } else if (event.target.closest('.copy-place') && current) {
      await copy(address(`read?${new URLSearchParams(current)}`));
      toast(words().link_copied);
    }
  });
});
whenValue('pane', label);
whenValue('form', label);
