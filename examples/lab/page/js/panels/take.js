// What can be taken away of an experiment: a program that gets the same bits, numbers, pictures,
// a link.

import { h } from "lab/dom.js";
import { change, without } from "lab/state.js";
import { copy, download, gif, png } from "lab/exports.js";

const frames = 60; // of an animation

let lab;
let ctx;
let asked = null; // the numbers that the program is of
let parts;

export const panel = {
  id: "take",
  title: "Take away",
  mount(root, of) {
    lab = of;
    parts = build();
    root.append(...parts.sections);
  },
  update(next) {
    ctx = next;
    const here = location.href.replace(/#.*/, "");
    parts.link.value = `${here}#${without(ctx.query, ["embed"])}`;
    parts.embed.value = h("iframe", { src: `${here}#${change(ctx.query, { tab: null, embed: "1" })}`, width: 720, height: 560, title: ctx.state.title }).outerHTML;
    const { hash } = ctx.race?.value ?? {};
    parts.hash.textContent = hash ?? "";
    parts.same.hidden = !hash;
    for (const b of parts.pictures) b.disabled = !ctx.race;
    if (asked === ctx.numbers) return;
    asked = ctx.numbers;
    showProgram();
  },
};

function build() {
  const button = (id, label, act) =>
    h("button", {
      type: "button", id,
      onclick: async (event) => {
        event.target.disabled = true;
        try {
          await act();
        } catch (err) {
          lab.fail(err);
        }
        event.target.disabled = false;
      },
    }, label);
  const copying = (id, what, of) =>
    button(id, "Copy", async () => {
      await copy(of());
    });
  const code = h("code", { id: "program" });
  const command = h("code", { id: "program-command" });
  const link = h("input", { type: "text", id: "link", readonly: true, spellcheck: "false" });
  const embed = h("textarea", { id: "embed-code", readonly: true, rows: 3, spellcheck: "false" });
  const hash = h("code", { id: "hash" });
  const told = h("p", { class: "soft", id: "take-done", role: "status" });
  const pictures = [
    button("save-svg", "SVG", () => save("svg", "image/svg+xml", lab.stage.svg())),
    button("save-png", "PNG", async () => save("png", "image/png", await png(await lab.stage.still(ctx.view.step)))),
    button("save-gif", "GIF, animated", saveGif),
  ];
  const programs = [
    copying("copy-program", "The program is", () => code.textContent),
    button("save-program", "Save main.go", () => download("main.go", "text/plain", code.textContent)),
  ];
  const same = h("section", { id: "same-bits" },
    h("h3", {}, "Same bits"),
    h("p", {}, "The positions and losses of all runs have the hash ", hash, ". The program below prints it again on every machine: with AVX-512, AVX2 or NEON, in plain Go, and as WebAssembly here."));
  const sections = [
    same,
    h("section", {},
      h("h3", {}, "Program"),
      h("p", {}, "It runs the same rules by package optim. ", command),
      h("p", { class: "row" }, programs),
      h("pre", { tabIndex: 0, "aria-label": "Program" }, code)),
    h("section", {},
      h("h3", {}, "Numbers and pictures"),
      h("p", { class: "row" },
        button("save-csv", "CSV of all steps", async () => save("csv", "text/csv", (await lab.ask("csv", {}, ctx.query)).value.text)),
        ...pictures),
      told),
    h("section", {},
      h("h3", {}, "Link"),
      h("p", { class: "row" }, h("label", { for: "link" }, "Address"), link, copying("copy-link", "The address is", () => link.value)),
      h("p", { class: "row" }, h("label", { for: "embed-code" }, "For a page or a talk"), embed, copying("copy-embed", "The element is", () => embed.value))),
  ];
  return { sections, code, command, link, embed, hash, same, told, pictures, programs };
}

function tell(text) {
  parts.told.textContent = text;
}

async function showProgram() {
  const { numbers, query } = ctx;
  let program, command;
  try {
    ({ program, command } = (await lab.ask("snippet", { channel: "snippet" }, query)).value);
  } catch (err) {
    [program, command] = ["", err.message];
  }
  if (numbers !== ctx.numbers) return;
  parts.code.textContent = program;
  parts.command.textContent = command;
  for (const b of parts.programs) b.disabled = !program;
}

/** Saves a file that is named after the objective. */
function save(ending, type, data) {
  const name = `${ctx.state.objective.name}.${ending}`;
  download(name, type, data);
  tell(`${name} saved`);
}

async function saveGif() {
  const steps = ctx.race.value.steps;
  const count = Math.min(frames, steps + 1);
  const still = (i) => lab.stage.still(Math.round((i * steps) / Math.max(1, count - 1)));
  save("gif", "image/gif", await gif(still, count, (done) => tell(`picture ${done} of ${count}`)));
  lab.redraw();
}
