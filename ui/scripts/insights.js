// The Insights page: drawn on the server when it is looked at; what is clicked leads to articles.
import { call, element, fill, find, whenPart, words } from './parts.js';
import { show } from './pane.js';

let drawn = '';
let latest = 0;

export async function look() {
  const own = element('insights');
  const count = find('#kutip-header .count')?.textContent ?? '';
  if (!own || (drawn === count && own.children.length)) return;
  if (!own.children.length) {
    const note = document.createElement('p');
    note.className = 'loading';
    note.textContent = words().loading;
    own.replaceChildren(note);
  }
  const markup = await call('insights', 'picture', {});
  if (markup === undefined) return;
  fill(own, markup?.said ?? markup);
  drawn = count;
}

async function cover(wish) {
  const target = find('.covered');
  latest += 1;
  const mine = latest;
  const markup = await call('insights', 'coverage', wish);
  if (mine === latest && markup !== undefined) fill(target, markup?.said ?? markup);
}

function topic(button) {
  const lit = button.dataset.topic;
  for (const other of element('insights').querySelectorAll('[data-topic]')) {
    other.setAttribute('aria-pressed', String(other === button));
  }
  find('#kutip-insights .map')?.setAttribute('data-lit', lit);
  cover({ topic: lit });
}

whenPart('insights', ({ element: own }) => {
  own.addEventListener('click', (event) => {
    const dot = event.target.closest('.dot'); // buttons that name an article open it anyway
    const button = event.target.closest('[data-topic]');
    const target = event.target.closest('[data-go]');
    if (dot) show(dot, true);
    else if (button) topic(button);
    else if (target) location.hash = target.dataset.go ? `articles?${target.dataset.go}` : 'articles';
  });
  own.addEventListener('keydown', (event) => {
    const target = event.target.closest('g[data-go]');
    if (!target || !['Enter', ' '].includes(event.key)) return;
    event.preventDefault();
    location.hash = `articles?${target.dataset.go}`;
  });
  own.addEventListener('pointerover', (event) => {
    const lit = event.target.closest('[data-topic]')?.dataset.topic;
    const map = own.querySelector('.map');
    if (lit && map) map.setAttribute('data-lit', lit);
  });
  own.addEventListener('submit', (event) => {
    event.preventDefault();
    const query = find('#kutip-coverage').value.trim();
    if (query) cover({ query });
  });
});
