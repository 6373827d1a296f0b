// What every page needs of the console's own: nothing yet that HTML does not do by itself, but for one thing.
"use strict";

// A table that is wider than the screen can be scrolled by keyboard, too.
function reachable() {
  for (const box of document.querySelectorAll(".scroll")) {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  }
}
addEventListener("resize", reachable);
document.addEventListener("htmx:after:swap", reachable);
reachable();
