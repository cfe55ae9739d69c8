/// The script of a page. Without it everything is readable; it adds hovering, copying and the choice
/// of the theme.
enum PageScript {
  static let text = theme + contents + copying + hovering

  private static let theme = """
    "use strict";
    (() => {
      const button = document.getElementById("theme"), root = document.documentElement;
      const names = ["automatic", "light", "dark"];
      let choice = "automatic";
      try { choice = localStorage.getItem("mercer-theme") || choice; } catch (e) {}
      const show = () => {
        if (!names.includes(choice)) choice = "automatic";
        if (choice === "automatic") root.removeAttribute("data-theme");
        else root.setAttribute("data-theme", choice);
        button.textContent = "Theme: " + choice;
      };
      button.hidden = false;
      button.addEventListener("click", () => {
        choice = names[(names.indexOf(choice) + 1) % 3];
        try { localStorage.setItem("mercer-theme", choice); } catch (e) {}
        show();
      });
      show();
    })();

    """

  private static let contents = """
    (() => {
      const box = document.querySelector("nav details");
      if (box && matchMedia("(max-width: 1099px)").matches) box.open = false;
      const links = new Map([...document.querySelectorAll("nav a")].map(a => [a.hash.slice(1), a]));
      if (links.size && "IntersectionObserver" in window) {
        const seen = new Set();
        const watcher = new IntersectionObserver(entries => {
          for (const e of entries) e.isIntersecting ? seen.add(e.target.id) : seen.delete(e.target.id);
          const first = [...links.keys()].find(id => seen.has(id));
          for (const [id, a] of links)
            id === first ? a.setAttribute("aria-current", "true") : a.removeAttribute("aria-current");
        }, { rootMargin: "-10% 0px -60% 0px" });
        for (const id of links.keys()) watcher.observe(document.getElementById(id));
      }
      // Paper shows what is folded away.
      let closed = [];
      addEventListener("beforeprint", () => {
        closed = [...document.querySelectorAll("details:not([open])")];
        for (const d of closed) d.open = true;
      });
      addEventListener("afterprint", () => { for (const d of closed) d.open = false; });
    })();

    """

  private static let copying = """
    for (const button of document.querySelectorAll(".copy")) {
      button.hidden = false;
      button.addEventListener("click", async () => {
        const code = button.closest(".code").querySelector("code");
        let done = false;
        try { await navigator.clipboard.writeText(code.textContent); done = true; } catch (e) {
          const range = document.createRange();
          range.selectNodeContents(code);
          getSelection().removeAllRanges();
          getSelection().addRange(range);
          done = document.execCommand("copy");
        }
        button.textContent = done ? "Copied" : "Press Ctrl-C";
        setTimeout(() => { button.textContent = "Copy"; }, 2000);
      });
    }

    """

  /// The mark nearest to the pointer within a finger's width tells its values; on a plot with the
  /// focus the arrow keys go from mark to mark.
  private static let hovering = """
    (() => {
      const tip = document.getElementById("tip");
      let current = null;
      const middle = m => { const b = m.getBoundingClientRect(); return [b.x + b.width / 2, b.y + b.height / 2]; };
      const hide = () => { if (current) current.classList.remove("hot"); current = null; tip.hidden = true; };
      const show = (mark, x, y) => {
        if (mark !== current) {
          hide();
          current = mark;
          mark.classList.add("hot");
          tip.textContent = mark.dataset.tip;
        }
        tip.hidden = false;
        const box = tip.getBoundingClientRect(), wide = document.documentElement.clientWidth;
        tip.style.left = Math.max(4, Math.min(x + 14, wide - box.width - 4)) + "px";
        tip.style.top = (y > box.height + 20 ? y - box.height - 12 : y + 18) + "px";
      };
      for (const plot of document.querySelectorAll("svg.plot")) {
        // The browser's own tooltip of the title would cover the plot's.
        const title = plot.querySelector(":scope > title");
        if (title) {
          plot.setAttribute("aria-label", title.textContent);
          plot.setAttribute("aria-describedby", title.id.replace(/t$/, "d"));
          plot.removeAttribute("aria-labelledby");
          title.remove();
        }
        const marks = [...plot.querySelectorAll("[data-tip]")];
        if (!marks.length) continue;
        plot.tabIndex = 0;
        let places = null;
        plot.addEventListener("pointerenter", () => { places = null; });
        addEventListener("scroll", () => { places = null; }, { passive: true });
        const point = event => {
          let mark = event.target.closest("[data-tip]");
          if (!mark) {
            places = places || marks.map(m => [m, ...middle(m)]);
            let least = 24 * 24;
            for (const [m, x, y] of places) {
              const d = (x - event.clientX) ** 2 + (y - event.clientY) ** 2;
              if (d < least) { least = d; mark = m; }
            }
          }
          if (mark) show(mark, event.clientX, event.clientY); else hide();
        };
        plot.addEventListener("pointermove", point);
        plot.addEventListener("pointerdown", point);
        plot.addEventListener("pointerleave", hide);
        plot.addEventListener("blur", hide);
        plot.addEventListener("keydown", event => {
          const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
          if (event.key === "Escape") hide();
          if (!step) return;
          event.preventDefault();
          const at = marks.indexOf(current);
          const next = at < 0 ? (step > 0 ? 0 : marks.length - 1) : Math.max(0, Math.min(marks.length - 1, at + step));
          show(marks[next], ...middle(marks[next]));
        });
      }
      addEventListener("keydown", event => { if (event.key === "Escape") hide(); });
    })();

    """
}
