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
