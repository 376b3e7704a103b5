package e2e

import (
	"flag"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/seed63264101/steepest/examples/lab/spec"
)

var (
	texts    = flag.Int("texts", 10000, "`number` of random texts as addresses")
	textTime = flag.Duration("text-time", 3*time.Minute, "`time` after which the rest of them are left out")
	textTabs = flag.Int("text-tabs", runtime.NumCPU(), "`number` of tabs that read them side by side")
)

// TestTexts gives the page random addresses, right and broken ones, one after the other. It says
// of each what is wrong with it in the words of the engine here, shows as many runs as there are,
// and never stops working.
func TestTexts(t *testing.T) {
	const batch = 10
	begin := time.Now()
	var next, visited, wrong atomic.Int64
	var tabs sync.WaitGroup
	for range max(1, *textTabs) {
		tabs.Go(func() {
			t.Run("Tab", func(t *testing.T) {
				p := openLab(t, "")
				for time.Since(begin) < *textTime && wrong.Load() < 20 {
					first := int(next.Add(batch)) - batch
					if first >= *texts {
						break
					}
					queries := make([]string, min(batch, *texts-first))
					for i := range queries {
						queries[i] = quick(spec.Random(uint64(first + i)))
					}
					for i, got := range eval[[]outcome](p, visit, queries) {
						wrong.Add(int64(got.check(t, queries[i])))
					}
					visited.Add(int64(len(queries)))
				}
				p.reset(gesture)
				p.agrees(gesture)
			})
		})
	}
	tabs.Wait()
	t.Logf("%d texts of %d in %v", visited.Load(), *texts, time.Since(begin).Round(time.Second))
}

// An outcome is what the page made of an address.
type outcome struct {
	Text   string // that it has read
	Said   []string
	Notice string
	Runs   int // with a result
}

// check fails if that is not what the engine here has of the address. It returns how much is wrong.
func (got outcome) check(t *testing.T, query string) (wrong int) {
	s, problems := spec.Parse(got.Text)
	if want := tellings(problems); !slices.Equal(got.Said, want) {
		t.Errorf("of %q the page says\n%q, want\n%q", query, got.Said, want)
		wrong++
	}
	// Where no run can be, the usual one runs, and stands on no card.
	none := len(s.Runs) == 1 && got.Runs == 0 && slices.ContainsFunc(problems, func(p spec.Problem) bool { return p.Key == "run" })
	if got.Notice != "" || s.Network == nil && got.Runs != len(s.Runs) && !none {
		t.Errorf("of %q the page shows %d runs of %d, and says %q", query, got.Runs, len(s.Runs), got.Notice)
		wrong++
	}
	return wrong
}

// visit has the page show each text, as if somebody had typed it, and reads what it says.
const visit = `async (queries) => {
	const { query } = await import("lab/state.js");
	const out = [];
	for (const q of queries) {
		// Browsers throttle changes of an address.
		const to = new URL("#" + q, location.href).href;
		while (location.href !== to) {
			location.hash = "#" + q;
			if (location.href !== to) await new Promise((done) => setTimeout(done, 50));
		}
		const Text = query();
		await answered();
		const notice = document.getElementById("notice");
		out.push({
			Text,
			Said: [...document.querySelectorAll("#problems li, #controls .message:not([hidden])")].map((e) => (e.querySelector("code") ? e.textContent.slice(e.querySelector("code").textContent.length + 1) : e.textContent)).sort(),
			Notice: notice.hidden ? "" : notice.textContent,
			Runs: [...document.querySelectorAll("#runs .result")].filter((e) => e.textContent).length,
		});
	}
	return out;
}`

// tellings are the messages of problems, in order.
func tellings(problems []spec.Problem) []string {
	list := []string{}
	for _, p := range problems {
		list = append(list, p.Message)
	}
	slices.Sort(list)
	return list
}

var (
	long  = regexp.MustCompile(`(?i)(steps|budget|samples)=(\d)\d+`)
	heavy = strings.NewReplacer("lens=basins", "lens=loss", "three=1", "three=0")
)

// quick shortens what takes long and is not what is tried here.
func quick(text string) string {
	text = heavy.Replace(long.ReplaceAllString(text, "$1=$2"))
	if !strings.Contains(strings.ToLower(text), "steps=") {
		text = "steps=9&" + text
	}
	return text
}

// TestBadNumbers types what is no number into fields: a word stands beside each, and the page
// goes on to work.
func TestBadNumbers(t *testing.T) {
	p := openLab(t, gesture)
	for _, field := range []string{"steps", "run-0-LR", "run-1-Beta1", "at-x", "f-Steepness", "target"} {
		for _, bad := range []string{"abc", "1e999", "NaN", "-7", "1,2", "(", "%", "0x", "é&="} {
			p.enter(id(field), bad)
			got := p.query()
			s, problems := spec.Parse(got)
			said := p.said()
			if len(problems) > 0 && !slices.Equal(said, tellings(problems)) {
				t.Errorf("%q as %s: the page says %q, want %q", bad, field, said, tellings(problems))
			}
			if len(problems) == 0 && s.Format() != canonical(t, got) {
				t.Errorf("%q as %s: %s", bad, field, got)
			}
			p.noNotice()
			p.reset(gesture)
		}
	}
	p.agrees(gesture)
}

// said is what the page says is wrong.
func (p *tab) said() []string {
	p.Helper()
	said := p.texts("#problems li, #controls .message:not([hidden])")
	for i, text := range said {
		if code := p.texts("#problems li code"); i < len(code) {
			said[i] = strings.TrimPrefix(text, code[i]+" ")
		}
	}
	slices.Sort(said)
	return said
}
