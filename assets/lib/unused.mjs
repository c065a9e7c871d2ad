// Leaves out the design system's rules for what Amble has no page for: space that ignores the screen's size,
// inverted colours, sortable headings and search boxes (the last two also ask for pictures that are not served).

const UNUSED = /nhsuk-u-static-|--reverse|\[data-sort\]|\[aria-sort|\[type="?search"?\]|--login|--brand/;

export const withoutUnused = {
  postcssPlugin: "without-unused",
  Rule(rule) {
    const kept = rule.selectors.filter((selector) => !UNUSED.test(selector));
    if (kept.length === 0) rule.remove();
    else if (kept.length < rule.selectors.length) rule.selectors = kept;
  },
  // Only Internet Explorer reads this.
  AtRule: {
    media(query) {
      if (query.params.includes("\\0")) query.remove();
    },
  },
  OnceExit(root) {
    root.walkAtRules((rule) => rule.nodes?.length === 0 && rule.remove());
    root.walkDecls((declaration) => {
      if (/url\((?!["']?data:)/.test(declaration.value)) {
        throw declaration.error("A style asks for a file that Amble does not serve");
      }
    });
  },
};
