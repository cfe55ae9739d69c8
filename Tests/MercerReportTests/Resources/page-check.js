// What must hold of a page in a window, whatever it shows. Returns a list of complaints in words.
// Loaded by a page of frames that the browser suite writes; each frame is the page at one width and
// in one theme.
"use strict";
const colour = text => {
  const parts = (text.match(/[\d.]+/g) || []).map(Number);
  return parts.length < 3 ? null : { rgb: parts.slice(0, 3), alpha: parts.length > 3 ? parts[3] : 1 };
};
const over = (top, alpha, below) => top.map((part, i) => part * alpha + below[i] * (1 - alpha));
const luminance = rgb => {
  const [r, g, b] = rgb.map(v => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const contrast = (a, b) => {
  const [x, y] = [luminance(a), luminance(b)].sort((p, q) => p - q);
  return (y + 0.05) / (x + 0.05);
};
const isShown = e => e.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true });

function backgroundOf(element, view) {
  const layers = [];
  for (let e = element; e; e = e.parentElement) {
    const c = colour(view.getComputedStyle(e).backgroundColor);
    if (c && c.alpha > 0) layers.push(c);
  }
  let rgb = [255, 255, 255];
  for (const c of layers.reverse()) rgb = over(c.rgb, c.alpha, rgb);
  return rgb;
}

// The background of a text in a drawing: the page's, or the file's own, and the mark it stands on.
function belowText(text, svg, view) {
  let rgb = backgroundOf(svg, view);
  const middle = text.getBoundingClientRect();
  const [x, y] = [middle.x + middle.width / 2, middle.y + middle.height / 2];
  for (const mark of svg.querySelectorAll("rect")) {
    const box = mark.getBoundingClientRect();
    if (x < box.left || x > box.right || y < box.top || y > box.bottom) continue;
    const style = view.getComputedStyle(mark), c = colour(style.fill);
    if (c) rgb = over(c.rgb, c.alpha * Number(style.fillOpacity), rgb);
  }
  return rgb;
}

function checkDrawing(svg, view, say) {
  const frame = svg.getBoundingClientRect(), name = svg.id || svg.getAttribute("aria-label") || "drawing";
  if (!frame.width || !frame.height) return say(`${name}: no size`);
  const texts = [...svg.querySelectorAll("text")].map(e => [e, e.getBoundingClientRect()]);
  for (const mark of svg.querySelectorAll("text,path,rect,circle,line")) {
    const b = mark.getBoundingClientRect();
    if (b.left < frame.left - 1 || b.right > frame.right + 1 || b.top < frame.top - 1 || b.bottom > frame.bottom + 1)
      say(`${name}: ${mark.tagName} "${mark.textContent.slice(0, 40)}" outside of the drawing`);
    if (/NaN|inf/i.test(mark.outerHTML.replace(/data-tip="[^"]*"/, "").replace(/>[^]*/, ""))) say(`${name}: ${mark.tagName} without a place`);
  }
  const scale = frame.width / (svg.viewBox.baseVal.width || frame.width);
  texts.forEach(([e, a], i) => {
    for (const [f, b] of texts.slice(i + 1)) {
      // Boxes are as high as a line; letters are lower.
      const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      if (across > 1 && down > 3 * scale) say(`${name}: "${e.textContent}" over "${f.textContent}"`);
    }
    const c = colour(view.getComputedStyle(e).fill), ratio = contrast(c.rgb, belowText(e, svg, view));
    if (ratio < 4.5) say(`${name}: contrast ${ratio.toFixed(2)} of "${e.textContent}"`);
  });
}

function checkText(doc, view, say) {
  const walker = doc.createTreeWalker(doc.body, view.NodeFilter.SHOW_TEXT);
  const seen = new Set();
  while (walker.nextNode()) {
    const e = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || seen.has(e) || e.closest("svg,script,style,.skip") || !isShown(e)) continue;
    seen.add(e);
    const ratio = contrast(colour(view.getComputedStyle(e).color).rgb, backgroundOf(e, view));
    if (ratio < 4.5) say(`contrast ${ratio.toFixed(2)} of "${walker.currentNode.data.trim().slice(0, 40)}"`);
  }
}

function checkHover(svg, doc, view, say) {
  const marks = [...svg.querySelectorAll("[data-tip]")], tip = doc.getElementById("tip");
  if (!marks.length) return;
  svg.scrollIntoView({ block: "center" });
  const mark = marks[Math.floor(marks.length / 2)], b = mark.getBoundingClientRect();
  const at = { bubbles: true, clientX: b.x + b.width / 2, clientY: b.y + b.height / 2 };
  const under = doc.elementFromPoint(at.clientX, at.clientY);
  if (!under || !svg.contains(under)) return say(`${svg.id}: a mark cannot be reached`);
  under.dispatchEvent(new view.PointerEvent("pointermove", at));
  if (!isShown(tip) || !marks.some(m => m.dataset.tip === tip.textContent)) say(`${svg.id}: no values on hovering`);
  const box = tip.getBoundingClientRect();
  if (box.left < 0 || box.right > view.innerWidth || box.top < 0) say(`${svg.id}: values outside of the window`);
  svg.dispatchEvent(new view.PointerEvent("pointerleave"));
  if (isShown(tip)) say(`${svg.id}: values stay`);
  svg.dispatchEvent(new view.KeyboardEvent("keydown", { key: "ArrowRight" }));
  if (tip.textContent !== marks[0].dataset.tip || !isShown(tip)) say(`${svg.id}: no values by keyboard`);
  svg.dispatchEvent(new view.KeyboardEvent("keydown", { key: "Escape" }));
  if (isShown(tip)) say(`${svg.id}: Escape does not hide values`);
}

function checkPage(frame, expected) {
  const view = frame.contentWindow, doc = view.document, found = [];
  const say = text => found.push(text);
  for (const error of view.__errors || []) say("console: " + error);
  if (doc.querySelector("script[src],link[href^=http],img[src^=http]")) say("uses the network");
  if (doc.documentElement.scrollWidth > view.innerWidth) say(`scrolls sideways: ${doc.documentElement.scrollWidth} of ${view.innerWidth}`);
  const ids = [...doc.querySelectorAll("[id]")].map(e => e.id);
  if (expected.isPage) for (const id of new Set(ids.filter((id, i) => ids.indexOf(id) !== i))) say(`identifier ${id} twice`);
  const drawings = [...doc.querySelectorAll("svg.plot")].filter(isShown);
  if (drawings.length < expected.drawings) say(`${drawings.length} drawings of ${expected.drawings}`);
  for (const svg of drawings) checkDrawing(svg, view, say);
  if (!expected.isPage) return found;
  if (expected.background && view.getComputedStyle(doc.body).backgroundColor !== expected.background)
    say(`background ${view.getComputedStyle(doc.body).backgroundColor}, not ${expected.background}`);
  for (const e of doc.querySelectorAll("svg.plot")) if (!e.getAttribute("aria-label")) say(`${e.id}: no name`);
  for (const e of doc.querySelectorAll("nav a")) if (!doc.getElementById(e.hash.slice(1))) say(`dead link ${e.hash}`);
  const contents = doc.querySelector("nav details");
  if (contents && contents.open !== view.innerWidth >= 1100) say("contents wrongly open or closed");
  checkText(doc, view, say);
  for (const svg of drawings) checkHover(svg, doc, view, say);
  return found;
}
