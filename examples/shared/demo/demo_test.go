package demo

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/train"
)

func TestFindData(t *testing.T) {
	root := t.TempDir()
	here, data := filepath.Join(root, "here"), filepath.Join(root, "shared", "data")
	sub := filepath.Join(data, "sub")
	for _, dir := range []string{here, sub} {
		if err := os.MkdirAll(dir, 0o777); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(here)
	shared := filepath.Join("..", "shared", "data")
	check := func(env, flag, sub, want string) {
		t.Helper()
		t.Setenv("STEEPEST_DATA", env)
		if got := FindData(flag, sub, "file"); got != want {
			t.Errorf("STEEPEST_DATA=%s, -data %s: %q, want %q", env, flag, got, want)
		}
	}
	check("", "", "sub", "") // no file yet
	if err := os.WriteFile(filepath.Join(sub, "file"), nil, 0o666); err != nil {
		t.Fatal(err)
	}
	check("", "", "sub", filepath.Join(shared, "sub"))
	check("", "", "other", "")
	check("", Generated, "sub", "")
	check(data, Generated, "sub", "")
	check(data, "", "sub", sub)
	check("missing", "", "sub", "missing")
	check("missing", data, "sub", sub)
	check("missing", sub, "sub", sub)
	check("", "missing", "sub", "missing")
}

func TestExplain(t *testing.T) {
	if err := Explain(train.FitResult{}, nil); err != nil {
		t.Error(err)
	}
	other := errors.New("other")
	if err := Explain(train.FitResult{}, other); err != other {
		t.Errorf("error %v, want %v", err, other)
	}
	at := train.FitResult{Progress: train.Progress{Iteration: 7}}
	for want, err := range map[string]error{
		"iteration 7: loss +Inf after an average of 2; try":                   &train.DivergedError{Loss: math.Inf(1), Average: 2, Count: 3},
		`iteration 7: gradient of parameter "bias" is +Inf at element 2; try`: &optim.SkippedError{Step: 3, Reason: optim.Reason{Param: "bias", Element: 2, Value: math.Inf(1)}},
	} {
		if got := Explain(at, fmt.Errorf("train: %w", err)); got == nil || !strings.Contains(got.Error(), want) {
			t.Errorf("%v becomes %v, want %q", err, got, want)
		}
	}
}
