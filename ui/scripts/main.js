// Where everything comes together: pages by the address, clicks that ask or open, and keys.
import { call, find, part, root, whenPart, whenValue, words } from './parts.js';
import { ask, begin, rest, resume, stop, talkId } from './conversation.js';
import { close, open, show, step } from './pane.js';
import { drawer, draw } from './actions.js';
import { list } from './articles.js';
import { look } from './insights.js';

const PAGES = { ask: 'ask', talk: 'ask', read: 'ask', articles: 'articles', insights: 'insights' };
const FIELDS = { ask: '#kutip-question', articles: '#kutip-find', insights: '#kutip-coverage' };

function parse() {
  const [name, ...rest] = location.hash.slice(1).split('?');
  return [name in PAGES ? name : 'ask', new URLSearchParams(rest.join('?'))];
}

function route() {
  const [name, parameters] = parse();
  const page = PAGES[name];
  close();
  root.dataset.page = page;
  for (const link of document.querySelectorAll('[data-page]')) {
    if (link.dataset.page === page) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  if (name === 'talk') resume(parameters.get('id') ?? '');
  else if (name === 'ask' && parameters.get('q')) linked(parameters);
  else if (name === 'read') read(parameters);
  else if (name === 'articles') list(parameters);
  else if (name === 'insights') look();
  else if (name === 'ask' && talkId()) window.history.replaceState(null, '', `#talk?id=${talkId()}`);
  if (page === 'ask') rest();
}

// A link to an answer asks again: what is shown comes from the articles, not from the link.
function linked(parameters) {
  const generation = Number.parseInt(parameters.get('g') ?? '', 10);
  window.history.replaceState(null, '', '#ask');
  begin();
  ask(parameters.get('q').slice(0, 4000), Number.isNaN(generation) ? null : generation);
}

function read(parameters) {
  const names = ['article', 'digest', 'evidence', 'answer'];
  const place = Object.fromEntries(names.map((name) => [name, parameters.get(name) ?? '']));
  open(place, true);
}

function typed(target) {
  return target.closest?.('input, textarea, select, [contenteditable]');
}

document.addEventListener('click', (event) => {
  const button = event.target.closest?.('button');
  if (!button) return;
  if (button.dataset.article) show(button, true);
  else if (button.dataset.question) ask(button.dataset.question);
  else if (button.dataset.alone) ask(button.dataset.alone, null, true);
  else if (button.matches('.ask .stop')) stop();
});

document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') {
    if (find('.drawer') && !find('.drawer').hidden) {
      drawer(false);
      find('.talks').focus();
    } else close();
    return;
  }
  const held = event.altKey && !event.ctrlKey && !event.metaKey;
  if (held && event.key === 'ArrowDown') step(1);
  else if (held && event.key === 'ArrowUp') step(-1);
  else if (event.ctrlKey || event.metaKey || event.altKey || typed(event.target)) return;
  else if (event.key === 'n') step(1);
  else if (event.key === 'p') step(-1);
  else if (event.key === '/') find(FIELDS[root.dataset.page])?.focus();
  else return;
  event.preventDefault();
});

addEventListener('hashchange', route);

// What stands on the page depends on the articles there are and on the language of the browser.
const FURNISHED = ['header', 'welcome', 'form', 'articles', 'pane'];
let furnishing = false;
async function furnish() {
  if (furnishing || !FURNISHED.every(part)) return;
  furnishing = true;
  const filled = await call('header', 'furnish', {});
  furnishing = false;
  if (!filled?.form) {
    setTimeout(furnish, 2000); // the server cannot be reached just now
    return;
  }
  for (const name of FURNISHED) part(name).props.value = filled[name];
  while (!find('form.ask')) await new Promise(requestAnimationFrame);
  // Gradio tells of values that it set itself only.
  for (const detail of FURNISHED) document.dispatchEvent(new CustomEvent('kutip:value', { detail }));
}
for (const name of FURNISHED) whenPart(name, furnish);

let ready = false;
function start() {
  if (ready || !find('form.ask') || !part('insights') || !words().close) return;
  ready = true;
  root.lang = words().language;
  root.classList.add('kutip-ready');
  route();
  draw();
}
for (const name of FURNISHED) whenValue(name, start);
whenPart('insights', start);
