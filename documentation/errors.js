// "Which error do I have?": finds the error texts of the page in what somebody has pasted, a line or a whole traceback.
// The site's own search wants every word of what is typed, and so finds nothing for a line with other numbers and names.
const ENOUGH = 0.8; // the part of an error text's letters that has to be there
const SHOWN = 5;

/** The words of a text; what stands for an object of the program (<User at 0x7f>) is none. */
function words(text) {
    return text.toLowerCase().replace(/<[^>]*>/g, " ").match(/[a-z_]{3,}/g) ?? [];
}

/** What an error text is known by: its words but the error's class and the program's own attributes, and the kinds it must name. */
function known(text) {
    const firm = words(text.replace(/^\w+: (?=.)/, "").replace(/attribute '\w+'/g, "attribute"));
    return { firm, kinds: [...text.matchAll(/'(\w+)' object/g)].flatMap((found) => words(found[1])) };
}

function weight(list) {
    return list.reduce((sum, word) => sum + word.length, 0);
}

/** How many letters of the error text are there, or 0 where too few are, or another kind of object is spoken of. */
function likeness(error, there) {
    if (!error.kinds.every((kind) => there.has(kind))) return 0;
    const found = weight(error.firm.filter((word) => there.has(word)));
    return found >= ENOUGH * weight(error.firm) ? found : 0;
}

function listen(field, shown, errors) {
    field.addEventListener("input", () => {
        const there = new Set(words(field.value));
        const found = errors.map((error) => ({ ...error, score: likeness(error, there) })).filter((error) => error.score > 8);
        found.sort((one, other) => other.score - one.score);
        shown.replaceChildren(...found.slice(0, SHOWN).map((error) => error.entry.cloneNode(true)));
    });
}

const pasted = document.getElementById("error-text");
if (pasted) {
    const entries = [...document.querySelectorAll("article li")].filter((entry) => entry.querySelector("a[href^='errors/'] code"));
    listen(pasted, document.getElementById("error-found"), entries.map((entry) => ({ entry, ...known(entry.textContent) })));
}
