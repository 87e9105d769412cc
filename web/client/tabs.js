/** Shows the view that contains the address's anchor; the first view if none does. */
function showTab() {
  const tabs = /** @type {HTMLAnchorElement[]} */ ([...document.querySelectorAll("[data-tabs] a")]);
  const anchor = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const shown = anchor?.closest(".tab-panel") ?? document.querySelector(".tab-panel");
  for (const panel of document.querySelectorAll(".tab-panel")) panel.toggleAttribute("data-shown", panel === shown);
  for (const tab of tabs) {
    if (tab.hash === `#${shown?.id}`) tab.setAttribute("aria-current", "true");
    else tab.removeAttribute("aria-current");
  }
  // The browser could not scroll to the anchor while it was hidden. The first part of a view is below the tabs already.
  if (!anchor || anchor === shown) return;
  if (anchor === shown?.firstElementChild) scrollTo(0, 0);
  else anchor.scrollIntoView();
}

addEventListener("hashchange", showTab);
showTab();
