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
