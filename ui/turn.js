// Runs once in the part that holds the answer being written.
element.dataset.kutip = 'turn';
watch('value', () => document.dispatchEvent(new CustomEvent('kutip:turn')));
