// What scrolls sideways can be reached with the keyboard; what does not is no stop on the way.
const reachable = () => {
  for (const one of document.querySelectorAll("pre, .table-wrapper, mjx-container[display=true]")) {
    if (one.scrollWidth > one.clientWidth + 1) one.tabIndex = 0;
    else one.removeAttribute("tabindex");
  }
};
addEventListener("load", reachable);
addEventListener("resize", reachable);
document.addEventListener("toggle", reachable, true);
