// A card reader that types: characters that come faster than a hand's, ended by Enter. It works whatever has
// the focus, and what it types never lands in a field.
const FAST_MS = 45;
const LEAST = 4;

export function onCard(heard: (card: string) => void, now: () => number = () => performance.now()): () => void {
  let typed = "";
  let last = 0;
  const key = (event: KeyboardEvent): void => {
    const at = now();
    const quick = at - last <= FAST_MS;
    last = at;
    if (event.key === "Enter") {
      if (quick && typed.length >= LEAST) {
        event.preventDefault();
        event.stopPropagation();
        takeBack(typed);
        heard(typed);
      }
      typed = "";
      return;
    }
    if (event.key.length !== 1 || event.ctrlKey || event.altKey || event.metaKey) {
      return;
    }
    typed = quick ? typed + event.key : event.key;
    if (typed.length >= LEAST) {
      event.preventDefault(); // by now it is no hand
    }
  };
  document.addEventListener("keydown", key, true);
  return () => document.removeEventListener("keydown", key, true);
}

// The first characters may have reached a field before it was clear who typed.
function takeBack(card: string): void {
  const field = document.activeElement;
  const first = card.slice(0, LEAST - 1);
  if (field instanceof HTMLInputElement && field.value.endsWith(first)) {
    field.value = field.value.slice(0, -first.length);
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
}
