package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// A tab is a page in the browser. Whatever goes wrong in it at any time fails the test: an error
// on the console, a rejection that nobody catches, a request to another machine.
type tab struct {
	testing.TB
	ctx   context.Context
	used  map[string]bool // controls that were used, by their ids
	state *record
}

// A record is what must not be, since the tab is open.
type record struct {
	mu    sync.Mutex
	wrong []string
}

// patience is for one answer of the page on a busy machine.
const patience = 60 * time.Second

// open opens a tab with nothing in it, of a browser that knows nothing yet.
func open(t testing.TB) *tab {
	t.Helper()
	p := &tab{TB: t, used: map[string]bool{}, state: &record{}}
	var cancel context.CancelFunc
	p.ctx, cancel = chromedp.NewContext(browser, chromedp.WithNewBrowserContext(func(c *target.CreateBrowserContextParams) { c.ProxyServer = proxy }))
	t.Cleanup(func() {
		cancel()
		for _, text := range append(p.state.wrong, foreign.take()...) {
			t.Errorf("in the page: %s", text)
		}
	})
	p.must(chromedp.Listen(p.ctx, p.state.watch))
	call(p, log.Enable, cdp.Empty{})
	call(p, network.Enable, network.EnableParams{})
	call(p, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: observer})
	return p
}

// in is the tab for a part of a test.
func (p *tab) in(t *testing.T) *tab {
	part := *p
	part.TB = t
	return &part
}

// openLab opens a tab with an experiment.
func openLab(t testing.TB, query string) *tab {
	t.Helper()
	p := open(t)
	p.load(address, query)
	return p
}

// observer counts the questions that the page has asked its engine and that are not answered.
// answered waits until there is none and the page has read the answers, rest until they are drawn.
//
// controlName names a control: by its id, or by where it is. asked has the last question of each
// method.
const observer = `
globalThis.controlName = (e) => {
  if (e.id) return e.id;
  if (e.dataset.arrow) return "arrow " + e.dataset.arrow;
  const figure = e.closest("figure");
  const of = figure ?? e;
  const place = of.parentElement.closest("[id]");
  return [place.id, figure ? "figure" : "", [...place.querySelectorAll(of.tagName)].indexOf(of), e.className || e.tagName.toLowerCase()].filter((part) => part !== "").join(" ");
};
globalThis.asked = {};
{
  let questions = 0;
  const waiting = [];
  const Plain = Worker;
  globalThis.Worker = class extends Plain {
    constructor(...args) {
      super(...args);
      this.addEventListener("message", () => {
        questions--;
        for (const done of waiting.splice(0)) done();
      });
    }
    postMessage(...args) {
      questions++;
      if (args[0].method) asked[args[0].method] = args[0];
      super.postMessage(...args);
    }
  };
  const frame = () => new Promise(requestAnimationFrame);
  const channel = new MessageChannel();
  const turn = () => new Promise((done) => {
    channel.port1.onmessage = done;
    channel.port2.postMessage(0);
  });
  globalThis.answered = async () => {
    for (let calm = 0; calm < 4; await turn()) {
      calm = questions === 0 ? calm + 1 : 0;
      if (questions > 0) await new Promise((done) => waiting.push(done)); // and leave the processor to the engine
    }
  };
  globalThis.rest = async (frames = 3) => {
    for (let calm = 0; calm < frames; await frame()) calm = questions === 0 ? calm + 1 : 0;
  };
}`

// watch notes what must not be.
func (r *record) watch(event any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	note := func(format string, args ...any) { r.wrong = append(r.wrong, fmt.Sprintf(format, args...)) }
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		d := e.ExceptionDetails
		text := d.Text
		if d.Exception != nil {
			text += " " + d.Exception.Description
		}
		note("exception: %s", text)
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeWarning {
			var words []string
			for _, a := range e.Args {
				words = append(words, string(a.Value)+a.Description)
			}
			note("console.%s: %s", e.Type, strings.Join(words, " "))
		}
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError {
			note("log: %s %s", e.Entry.Text, e.Entry.URL)
		}
	case *network.EventRequestWillBeSent:
		to, err := url.Parse(e.Request.URL)
		if err != nil || !slices.Contains([]string{"data", "blob", "file", "about"}, to.Scheme) && !strings.HasPrefix(e.Request.URL, address) {
			note("request: %s", e.Request.URL)
		}
	}
}

func (p *tab) must(err error) {
	p.Helper()
	if err != nil {
		p.Fatal(err)
	}
}

// do runs actions.
func (p *tab) do(actions ...chromedp.Action[chromedp.Void]) {
	p.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	p.must(chromedp.Do(ctx, actions...))
}

// call runs a command of the browser's protocol.
func call[P, R any](p *tab, command cdp.Command[P, R], params P) R {
	p.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	r, err := chromedp.Call(ctx, command, params)
	p.must(err)
	return r
}

// eval calls a function of JavaScript, and waits for what it promises.
func eval[V any](p *tab, function string, args ...any) V {
	p.Helper()
	text, err := json.Marshal(append([]any{}, args...))
	p.must(err)
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[V](fmt.Sprintf("(%s)(...%s)", function, text), chromedp.EvalAwaitPromise))
	if err != nil {
		p.Fatalf("%s of %s: %v", function, text, err)
	}
	return v
}

// load opens an experiment at an address, and waits until it is shown.
func (p *tab) load(at, query string) {
	p.Helper()
	p.do(chromedp.Navigate("about:blank"), chromedp.Navigate(at+"#"+query))
	eval[bool](p, `async () => {
		while (document.getElementById("loading") || !document.getElementById("objective")) await new Promise(requestAnimationFrame);
		return true;
	}`)
	p.rest()
}

// rest waits until the engine has answered all that the page asks.
func (p *tab) rest() {
	p.Helper()
	eval[any](p, `() => rest().then(() => 0)`)
}

// settle waits until the panel has done its work, too, which begins a moment later.
func (p *tab) settle() {
	p.Helper()
	eval[any](p, `async () => { await rest(); await new Promise((done) => setTimeout(done, 250)); await rest(6); return 0; }`)
}

// query returns the experiment's text, as the page has it.
func (p *tab) query() string {
	p.Helper()
	return eval[string](p, `async () => (await import("lab/state.js")).query()`)
}

// text returns what an element says, "" if it is hidden or missing.
func (p *tab) text(selector string) string {
	p.Helper()
	return eval[string](p, `(s) => {
		const e = document.querySelector(s);
		return e?.checkVisibility() ? e.innerText ?? e.textContent : "";
	}`, selector)
}

// texts returns what all elements of a kind say.
func (p *tab) texts(selector string) []string {
	p.Helper()
	return eval[[]string](p, `(s) => [...document.querySelectorAll(s)].map((e) => e.textContent)`, selector)
}

// property returns a property of an element.
func property[V any](p *tab, selector, name string) V {
	p.Helper()
	return eval[V](p, `(s, name) => document.querySelector(s)[name]`, selector, name)
}

// noNotice fails if the page says that something went wrong.
func (p *tab) noNotice() {
	p.Helper()
	if text := p.text("#notice"); text != "" {
		p.Errorf("at %s the page says: %s", p.query(), text)
	}
}
