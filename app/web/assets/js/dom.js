// Small words for what the modules do all the time.

export const on = (type, selector, act, options) =>
  document.addEventListener(type, (event) => {
    const found = event.target.closest?.(selector);
    if (found) act(event, found);
  }, options);

/** An element with text; attributes by name. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

export const csrfToken = () => document.querySelector('meta[name="csrf-token"]')?.content ?? "";

/** What tells the server that a script asks, and not a person who waits for a page. */
export const asScript = (more = {}) => ({ "X-Requested-With": "fetch", "X-CSRFToken": csrfToken(), ...more });
