package demo

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed63264101/steepest/optim"
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

func TestTaken(t *testing.T) {
	if err := Taken(optim.Report{Step: 3}, nil); err != nil {
		t.Error(err)
	}
	bad := errors.New("bad gradient")
	if err := Taken(optim.Report{}, bad); err != bad {
		t.Errorf("error %v, want %v", err, bad)
	}
	skipped := optim.Report{Step: 7, Skipped: true, Reason: optim.Reason{Param: "bias", Element: 2, Value: math.Inf(1)}}
	if err := Taken(skipped, nil); err == nil || !strings.Contains(err.Error(), `step 7: gradient of parameter "bias" is +Inf at element 2`) {
		t.Errorf("error %v", err)
	}
}

func TestFiniteLoss(t *testing.T) {
	if err := FiniteLoss(1, 1e300); err != nil {
		t.Error(err)
	}
	for _, loss := range []float64{math.NaN(), math.Inf(1)} {
		if err := FiniteLoss(4, loss); err == nil || !strings.Contains(err.Error(), "epoch 4") {
			t.Errorf("loss %v: error %v", loss, err)
		}
	}
}
