// Every page works without this file. It adds focus on errors, answers that open a further question,
// and a guard against sending a form twice.
import { Button, Checkboxes, ErrorSummary, NotificationBanner, Radios, SkipLink, createAll } from "nhsuk-frontend";

document.body.classList.add("js-enabled", "nhsuk-frontend-supported");

// Loaded before this file. No inline style and no eval, which the page's policy forbids; and no copy of pages
// in the browser's storage, where the next person at a shared tablet could find them.
if (window.htmx) {
  Object.assign(window.htmx.config, {
    allowEval: false,
    historyCacheSize: 0,
    includeIndicatorStyles: false,
    refreshOnHistoryMiss: true,
  });
}

const startComponents = (scope) => {
  for (const component of [Button, Checkboxes, ErrorSummary, NotificationBanner, Radios, SkipLink]) {
    createAll(component, undefined, { scope });
  }
};

startComponents(document);
document.addEventListener("htmx:load", (event) => {
  if (event.target !== document.body) startComponents(event.target);
});
