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

/** Once, when the element comes near the part of the page that is seen (also out of a folded <details>). */
export function whenSeen(element, act) {
  const watcher = new IntersectionObserver((seen) => {
    if (!seen.some((s) => s.isIntersecting)) return;
    watcher.disconnect();
    act();
  }, { rootMargin: "200px" });
  watcher.observe(element);
}

export const csrfToken = () => document.querySelector('meta[name="csrf-token"]')?.content ?? "";

/** What tells the server that a script asks, and not a person who waits for a page. */
export const asScript = (more = {}) => ({ "X-Requested-With": "fetch", "X-CSRFToken": csrfToken(), ...more });
