package engine

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/seed63264101/steepest/examples/lab/race"
	"github.com/seed63264101/steepest/examples/lab/spec"
)

// TestFormats: the answer is what the race's versions are.
func TestFormats(t *testing.T) {
	const query = "steps=25&run=SGD&run=Adam(LR=0.1,State=int8,Params=bfloat16)"
	v, r := value[struct {
		Versions []version
		Vectors  []keptVector
	}](t, New(), "formats", query, `{"run":1}`)
	s, _ := spec.Parse(query)
	want, err := race.Versions(s, s.Runs[1])
	if err != nil {
		t.Fatal(err)
	}
	if len(v.Versions) != len(want) || !slices.Equal(v.Vectors, []keptVector{{"", 2, true}, {"exp_avg", 2, true}, {"exp_avg_sq", 2, false}}) {
		t.Errorf("%d versions of %v", len(v.Versions), v.Vectors)
	}
	for i, w := range want {
		if got := (version{w.Differ, w.Apart, w.State, w.Params, decimal(s, w.Loss[25]), ""}); v.Versions[i] != got {
			t.Errorf("version %d: %+v, want %+v", i, v.Versions[i], got)
		}
		arrays := map[string][]float64{"loss": w.Loss, "away": w.Away}
		for k, trace := range w.Kept {
			for j, values := range trace.Values {
				arrays[fmt.Sprintf("kept/%d/%d/%d", i, k, j)] = values
			}
		}
		for name, x := range arrays {
			if !strings.Contains(name, "/") {
				name = fmt.Sprintf("%s/%d", name, i)
			}
			if !slices.Equal(r.Array(name), x) {
				t.Errorf("%s is %v, want %v", name, r.Array(name), x)
			}
		}
	}
	for text, want := range map[string]string{"run=SGD": "keeps everything", "f=network": "a network"} {
		if r := New().Call("formats", text, ""); !strings.Contains(r.Error, want) {
			t.Errorf("%s: %q", text, r.Error)
		}
	}
}
