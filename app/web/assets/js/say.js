// One voice for screen readers: the live region at the end of base.html.

export function say(text) {
  const region = document.getElementById("pengumuman");
  if (!region) return;
  region.textContent = "";
  // the same text twice is news only if the region was empty in between
  setTimeout(() => (region.textContent = text), 60);
}
