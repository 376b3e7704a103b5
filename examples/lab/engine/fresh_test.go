package engine

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

// ask answers a question as the page gets it, but for the time that a training takes.
func ask(t *testing.T, e *Engine, method, query, args string) []byte {
	t.Helper()
	if method != "train" && strings.Contains(query, "f=network") {
		e.Call("train", query, `{"ms":60000}`)
	}
	r := e.Call(method, query, args)
	if strings.Contains(r.Error, "goroutine") {
		t.Fatalf("%s of %q: %s", method, query, r.Error)
	}
	return r.Encode()
}

// TestFresh: what an engine has answered before changes no answer, whichever key of the text is
// another one since.
func TestFresh(t *testing.T) {
	questions := map[string]string{
		"race": "", "csv": "", "tune": `{"ms":60000}`, "stability": "", "limits": "", "map": `{"from":2,"to":3}`,
		"basins": `{"width":3,"height":2}`, "noise": "", "fan": `{"to":2}`, "sizes": "", "rates": "", "findrate": "",
		"inspect": "", "formulas": "", "formats": "", "snippet": "", "surface": `{"width":5,"height":4}`, "state": "",
		"train": `{"ms":60000}`, "boundary": `{"width":4,"height":3}`, "slice": `{"width":3,"height":3}`, "sharpness": `{"points":3}`,
	}
	const (
		onSurface = "f=regression(Samples=12)&batch=4&steps=12&budget=3&rates=best&run=Adam(LR=0.1)&run=Momentum(LR=0.01)"
		onNetwork = "f=network(Samples=12,Hidden=(3))&batch=4&steps=9&run=Adam(LR=0.1)&run=Momentum(LR=0.1)"
	)
	texts := []string{onSurface}
	changed := func(text, change string) {
		key, _, _ := strings.Cut(change, "=")
		parts := slices.DeleteFunc(strings.Split(text, "&"), func(p string) bool { return strings.HasPrefix(p, key+"=") })
		texts = append(texts, strings.Join(append(parts, change), "&"))
	}
	for _, change := range []string{
		"f=regression(Samples=13)", "at=1,2", "type=f64", "steps=13", "rates=given", "budget=4", "target=0.5", "batch=5", "batch=0",
		"seed=3", "step=3", "sel=1", "box=-1,2,-2,3", "map=Beta2", "map=WeightDecay", "fan=2", "fan=1", "run=SGD", "run=Adam(State=int8,Params=bfloat16)",
	} {
		changed(onSurface, change)
	}
	texts = append(texts, onNetwork)
	for _, change := range []string{
		"f=network(Samples=13,Hidden=(3))", "f=network(Samples=12,Hidden=(4))", "steps=10", "batch=0", "seed=3", "step=3", "slice=pca", "slice=hessian", "run=SGD",
	} {
		changed(onNetwork, change)
	}
	if testing.Short() {
		texts = texts[:len(texts)/3]
	}
	used := New()
	for _, text := range texts {
		for method, args := range questions {
			got, want := ask(t, used, method, text, args), ask(t, New(), method, text, args)
			if !bytes.Equal(got, want) {
				t.Errorf("%s of %q: %.300q, by a fresh engine %.300q", method, text, got, want)
			}
		}
	}
}

// TestAnyArguments: no number that a question may have makes an engine panic, take long, or
// answer with what is no JSON.
func TestAnyArguments(t *testing.T) {
	values := []string{"-9223372036854775808", "9223372036854775807", "1e300", "1e999", `"x"`}
	if testing.Short() {
		values = values[:2]
	}
	e := New()
	for _, query := range []string{"f=regression(Samples=5)&batch=4&steps=3&run=SGD&run=LBFGS", "f=network(Data=xor,Samples=10,Hidden=(2))&steps=3"} {
		e.Call("train", query, `{"ms":60000}`)
		for method := range handlers {
			for _, name := range []string{"run", "step", "from", "to", "width", "height", "points", "more", "pictures", "steps", "seed", "x0", "y1", "ms"} {
				for _, v := range values {
					args := map[string]json.RawMessage{"ms": json.RawMessage("0"), "width": json.RawMessage("3"), "height": json.RawMessage("3"), "to": json.RawMessage("1")}
					args[name] = json.RawMessage(v)
					text, err := json.Marshal(args)
					if err != nil {
						t.Fatal(err)
					}
					r := e.Call(method, query, string(text))
					if strings.Contains(r.Error, "goroutine") || bytes.Contains(r.Encode(), []byte(`"error":"reply`)) {
						t.Errorf("%s of %q with %s: %.200q", method, query, text, r.Encode())
					}
				}
			}
		}
	}
}
