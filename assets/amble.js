// Every page works without this file. It adds focus on errors, answers that open a further question,
// and a guard against sending a form twice.
import { Button, Checkboxes, ErrorSummary, NotificationBanner, Radios, SkipLink, createAll } from "nhsuk-frontend";

document.body.classList.add("js-enabled", "nhsuk-frontend-supported");

const startComponents = (scope) => {
  for (const component of [Button, Checkboxes, ErrorSummary, NotificationBanner, Radios, SkipLink]) {
    createAll(component, undefined, { scope });
  }
};

startComponents(document);
document.addEventListener("htmx:load", (event) => {
  if (event.target !== document.body) startComponents(event.target);
});

// An answer that could not be saved as it was given says so; Continue sends it again.
for (const problem of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
  document.addEventListener(problem, (event) => {
    const { unsaved } = event.detail.target?.dataset ?? {};
    if (unsaved) event.detail.target.textContent = unsaved;
  });
}

// "All fully" marks one part of the fidelity checklist at once; without scripts the server does it.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-fill]");
  if (!button) return;
  event.preventDefault();
  for (const radio of button.closest("[data-domain]").querySelectorAll('input[type="radio"][value="2"]')) {
    radio.checked = true;
  }
  button.form.dispatchEvent(new Event("amble:filled"));
});

// Beside a form on a wide screen; folded above it on a narrow one.
if (window.matchMedia("(max-width: 60em)").matches) {
  for (const details of document.querySelectorAll("[data-closed-when-narrow]")) details.open = false;
}
