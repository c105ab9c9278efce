// Which articles the next questions are asked of: the fields below the question form.
import { find, root, whenPart } from './parts.js';

const fields = () => [...document.querySelectorAll('.narrow :is(select, input)')];

// What is chosen, by name; undefined where nothing is.
export function narrowed() {
  const chosen = fields().filter((field) => field.value);
  return chosen.length
    ? Object.fromEntries(chosen.map((field) => [field.name, field.value]))
    : undefined;
}

function said(field) {
  if (field.name === 'article') return field.dataset.title;
  if (field.type !== 'date') return field.selectedOptions[0].textContent.replace(/ \(\d+\)$/, '');
  return `${field.parentElement.firstChild.textContent} ${field.value}`;
}

function tell() {
  const chosen = fields().filter((field) => field.value);
  find('.narrow .told').textContent = chosen.map(said).join(' · ');
  find('.narrow').classList.toggle('set', chosen.length > 0);
}

// Asks one article alone from here on.
export function only(article, title) {
  const field = find('.narrow [name=article]');
  if (!field) return;
  field.value = article;
  field.dataset.title = title;
  tell();
  root.classList.remove('kutip-reading');
  location.hash = 'ask';
  find('#kutip-question')?.focus();
}

// Articles came or went; what is chosen stays.
export function renew(page) {
  const holder = document.createElement('template');
  holder.innerHTML = page?.form ?? '';
  const fresh = holder.content.querySelector('.narrow .facets');
  if (fresh && find('.narrow') && !narrowed()) find('.narrow .facets').replaceWith(fresh);
}

whenPart('form', ({ element: own }) => {
  own.addEventListener('change', (event) => event.target.closest('.narrow') && tell());
  own.addEventListener('click', (event) => {
    if (!event.target.closest('.widen')) return;
    for (const field of fields()) field.value = '';
    tell();
  });
});
