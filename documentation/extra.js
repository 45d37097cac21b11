// The theme makes a landmark of each list within its navigation and of the buttons of each block of code, without names of their own:
// who jumps from landmark to landmark could not tell them apart.
function nameLandmarks() {
    for (const list of document.querySelectorAll(".md-nav[aria-labelledby]")) {
        list.removeAttribute("aria-labelledby");
        list.setAttribute("aria-label", `Pages, level ${list.dataset.mdLevel}`);
    }
    for (const buttons of document.querySelectorAll(".md-code__nav")) {
        buttons.setAttribute("role", "none");
    }
    document.querySelector(".md-path")?.setAttribute("aria-label", "Where this page is");
}
new MutationObserver(nameLandmarks).observe(document.body, { childList: true, subtree: true });
nameLandmarks();
