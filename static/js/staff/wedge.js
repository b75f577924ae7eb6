/* A scanner that types: its keys reach the field wherever the focus is, and a code ends with
   Enter, with a paste, or with a pause where the scanner sends no Enter. One that is known to
   send it may pause as a busy machine makes it. */

const PAUSE = 500;
const LONG_PAUSE = 3000;
const SHORTEST = 8;

export function listen({ field, box, warning, onCode, active }) {
  let timer;
  let sendsEnter = false;

  const finish = () => {
    clearTimeout(timer);
    const text = field.value;
    field.value = "";
    if (text.trim()) onCode(text);
  };
  const ready = () => {
    box.dataset.ready = String(document.activeElement === field);
  };

  field.addEventListener("focus", ready);
  field.addEventListener("blur", ready);
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== "Tab") return;
    if (!field.value) return;
    event.preventDefault();
    sendsEnter = true;
    finish();
  });
  field.addEventListener("input", (event) => {
    clearTimeout(timer);
    if (event.isComposing) return;
    if (event.inputType === "insertFromPaste") finish();
    else if (field.value.length >= SHORTEST) {
      timer = setTimeout(finish, sendsEnter ? LONG_PAUSE : PAUSE);
    }
  });
  field.addEventListener("compositionstart", () => {
    warning.hidden = false;
  });

  // A key typed elsewhere moves to the field before it is written; Enter and Tab stay where
  // they are, so that a page can be used with the keyboard alone.
  document.addEventListener(
    "keydown",
    (event) => {
      const typed = event.key.length === 1 && event.key !== " ";
      const command = event.ctrlKey || event.metaKey || event.altKey;
      if (active() && typed && !command) field.focus({ preventScroll: true });
    },
    { capture: true },
  );
  // Text pasted elsewhere on the page is a code too.
  document.addEventListener("paste", (event) => {
    if (!active() || event.target === field) return;
    event.preventDefault();
    onCode(event.clipboardData.getData("text"));
  });
  document.addEventListener("visibilitychange", () => {
    if (active() && !document.hidden) field.focus({ preventScroll: true });
  });

  return {
    focus: () => field.focus({ preventScroll: true }),
    calm: () => {
      warning.hidden = true;
    },
  };
}
