// A card reader that types: characters that come faster than a hand's, ended by Enter. It works whatever has
// the focus, and what it types never lands in a field. What was taken for a reader and was a fast hand (no
// Enter followed) is given back to the field.
const FAST_MS = 45;
const LEAST = 4;
const ENTER_MS = 150;

type Field = HTMLInputElement | HTMLTextAreaElement;
const focused = (): Field | null => {
  const field = document.activeElement;
  return field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement ? field : null;
};

function put(field: Field, text: string): void {
  field.value = text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

export function onCard(heard: (card: string) => void, now: () => number = () => performance.now()): () => void {
  let typed = "";
  let eaten = "";
  let last = -FAST_MS;
  let timer = 0;
  const giveBack = (): void => {
    const field = focused();
    if (field !== null && eaten !== "") {
      put(field, field.value + eaten);
    }
    typed = eaten = "";
  };
  const key = (event: KeyboardEvent): void => {
    if (event.repeat) {
      return;
    }
    const at = now();
    const quick = at - last <= FAST_MS;
    last = at;
    clearTimeout(timer);
    if (event.key === "Enter") {
      if (quick && typed.length >= LEAST) {
        event.preventDefault();
        event.stopPropagation();
        const field = focused();
        const first = typed.slice(0, LEAST - 1); // these reached the field before it was clear who types
        if (field !== null && field.value.endsWith(first)) {
          put(field, field.value.slice(0, -first.length));
        }
        heard(typed);
        typed = eaten = "";
      } else {
        giveBack();
      }
      return;
    }
    if (event.key.length !== 1 || event.ctrlKey || event.altKey || event.metaKey) {
      return;
    }
    if (!quick) {
      giveBack();
    }
    typed += event.key;
    if (typed.length >= LEAST) {
      event.preventDefault();
      eaten += event.key;
      timer = window.setTimeout(giveBack, ENTER_MS);
    }
  };
  document.addEventListener("keydown", key, true);
  return () => { clearTimeout(timer); document.removeEventListener("keydown", key, true); };
}
