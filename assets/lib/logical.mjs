// Turns physical CSS (left, right) into logical CSS (inline-start, inline-end), so that the page mirrors
// itself when `dir` is "rtl". The design system is written for left-to-right only.

const RENAMED = {
  left: "inset-inline-start",
  right: "inset-inline-end",
  "border-top-left-radius": "border-start-start-radius",
  "border-top-right-radius": "border-start-end-radius",
  "border-bottom-left-radius": "border-end-start-radius",
  "border-bottom-right-radius": "border-end-end-radius",
};
const SIDED = /^(margin|padding|border|scroll-margin|scroll-padding)-(left|right)(-width|-style|-color)?$/;
const BOXES = new Set(["margin", "padding", "border-width", "border-style", "border-color"]);
// A tick is drawn from two borders and is the same in every direction; theme/_direction.scss places it.
const DRAWN = /checkboxes__label:+after/;
const SIDE = { left: "start", right: "end" };
const KEYWORD_SIDE = {
  "text-align": SIDE,
  float: { left: "inline-start", right: "inline-end" },
  clear: { left: "inline-start", right: "inline-end" },
};

const logicalName = (property) =>
  RENAMED[property] ??
  property.replace(SIDED, (_, box, side, part = "") => `${box}-inline-${SIDE[side]}${part}`);

// "1px calc(2px + 3px) 4px" -> its values, leaving brackets whole.
const valuesOf = (text) => text.match(/(?:[^\s(]|\((?:[^()]|\([^()]*\))*\))+/g) ?? [];

const blockAndInline = (box) => {
  const [base, part] = box.split("-");
  const tail = part ? `-${part}` : "";
  return [`${base}-block${tail}`, `${base}-inline${tail}`];
};

export const logical = {
  postcssPlugin: "logical",
  Declaration(declaration) {
    const { prop, value } = declaration;
    if (KEYWORD_SIDE[prop]?.[value]) declaration.value = KEYWORD_SIDE[prop][value];

    const name = logicalName(prop);
    if (name !== prop) declaration.prop = name;

    if (BOXES.has(prop) && !DRAWN.test(declaration.parent.selector)) {
      const [top, right, bottom, left] = valuesOf(value);
      if (left !== undefined && left !== right) {
        const [block, inline] = blockAndInline(prop);
        declaration.cloneBefore({ prop: block, value: `${top} ${bottom}` });
        declaration.cloneBefore({ prop: inline, value: `${left} ${right}` });
        declaration.remove();
      }
    }
  },
};
