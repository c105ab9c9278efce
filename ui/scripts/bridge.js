// Runs once in each part of the page: hands the part to the modules of this folder.
(window.kutipParts ??= new Map()).set('PART', {
  element,
  props,
  ask: (data) => trigger('ask', data), // Gradio looks for the names of events here
  stop: () => trigger('stop'),
  server: typeof server === 'undefined' ? {} : server,
});
const tell = (type) => document.dispatchEvent(new CustomEvent(type, { detail: 'PART' }));
watch('value', () => tell('kutip:value'));
tell('kutip:part');
