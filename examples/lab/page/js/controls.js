// The controls of the experiment, and what is wrong with it.

import { h } from "lab/dom.js";
import { createObjective } from "lab/objective.js";
import { createRuns, sentence } from "lab/runs.js";
import { createSettings } from "lab/settings.js";

/**
 * @param {HTMLElement} root
 * @param {import("lab/lab.js").Lab} lab
 */
export function createControls(root, lab) {
  const runs = createRuns(lab);
  const settings = createSettings(lab);
  const parts = [createObjective(lab), runs, settings];
  const problems = h("ul", { id: "problems", hidden: true });
  root.append(problems, ...parts.map((p) => p.element));
  let said = "";
  return {
    still: true,
    limits: runs.limits,
    tuned: settings.tuned,
    /** @param {import("lab/lab.js").Context} ctx */
    update(ctx) {
      const taken = new Set(); // problems that stand beside a control
      for (const p of parts) p.update(ctx, taken);
      const left = ctx.problems.filter((p) => !taken.has(p));
      problems.replaceChildren(...left.map((p) => h("li", {}, h("code", {}, p.key), " ", p.message)));
      problems.hidden = left.length === 0;
      const wrong = ctx.problems.map((p) => `${p.key}: ${p.message}`);
      const results = (ctx.race?.value.runs ?? []).map((run) => `${run.label}: ${sentence(run, ctx)}`);
      const news = [...wrong, ...results].join(". ");
      if (news !== said) lab.say(news);
      said = news;
    },
  };
}
