// What the theme leaves to be done for who uses no mouse or no eyes.

// It makes a landmark of each list within its navigation and of the buttons of each block of code, without names of their own:
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

// A table that is wider than the page is moved with keys, too; a heading without a text is none.
function mendTables() {
    for (const frame of document.querySelectorAll(".md-typeset__scrollwrap:not([tabindex])")) {
        frame.setAttribute("tabindex", "0");
    }
    for (const empty of document.querySelectorAll(".md-typeset th:empty")) {
        empty.replaceWith(document.createElement("td"));
    }
}

function mend() {
    nameLandmarks();
    mendTables();
}
new MutationObserver(mend).observe(document.body, { childList: true, subtree: true });
mend();
