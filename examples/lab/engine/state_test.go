package engine

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestState(t *testing.T) {
	e := New()
	for _, c := range []struct {
		query string
		want  []string
	}{
		{"steps=500&run=Adam(LR=0.5)", []string{`"query":"run=Adam(LR=0.5)"`, `"problems":null`, `{"name":"LR","kind":"number","text":"0.5","usual":false}`, `"text":"-1.5,2","usual":true`}},
		{"steps=none", []string{`"query":""`, `"problems":[{"key":"steps","text":"none","message":"`}},
		{"f=network", []string{`"network":true`, `"problems":null`}},
	} {
		r := e.Call("state", c.query, "")
		text, err := json.Marshal(r.Value)
		if err != nil || r.Error != "" {
			t.Fatalf("%s: %v %s", c.query, err, r.Error)
		}
		for _, want := range c.want {
			if !strings.Contains(string(text), want) {
				t.Errorf("%s: %s, want %s", c.query, text, want)
			}
		}
	}
}

func TestCatalog(t *testing.T) {
	text, err := json.Marshal(New().Call("catalog", "", "").Value)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"name":"rosenbrock"`, `"name":"network"`, `"name":"Plateau"`, `"name":"LBFGS"`, `"common":[{"name":"Schedule"`, `"maxRuns":6`} {
		if !strings.Contains(string(text), want) {
			t.Errorf("no %s in %s", want, text)
		}
	}
}

func TestSnippet(t *testing.T) {
	e := New()
	for _, c := range []struct {
		args, want, not string
	}{
		{"", "descend(\"SGD\"", "nothing"},
		{`{"run":1}`, "descend(\"Adam\"", "SGD"},
	} {
		text, err := json.Marshal(e.Call("snippet", "run=SGD&run=Adam&sel=1", c.args).Value)
		if plain := strings.ReplaceAll(string(text), `\"`, `"`); err != nil || !strings.Contains(plain, c.want) || strings.Contains(plain, c.not) || !strings.Contains(plain, `"command":"go mod init`) {
			t.Errorf("%s: %s %v", c.args, plain, err)
		}
	}
	best := e.Call("tune", "run=SGD&rates=best&budget=3&steps=20", `{"ms":1000}`)
	program := e.Call("snippet", "run=SGD&rates=best&budget=3&steps=20", "")
	if text, _ := json.Marshal([]any{best.Value, program.Value}); program.Error != "" || !strings.Contains(string(text), "optim.SGD{LR: ") {
		t.Errorf("%s %s", text, program.Error)
	}
	if r := e.Call("snippet", "", `{"run":1}`); !strings.Contains(r.Error, "no run 1 among 1") {
		t.Errorf("%q", r.Error)
	}
}
