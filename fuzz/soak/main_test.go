package main

import (
	"bytes"
	"context"
	"os/exec"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	got := parse("?   \tm/asm\t[no test files]\nok  \tm/optim\t0.010s\nFuzzA\nFuzzB2\nok  \tm/fuzz\t0.004s\nFuzzC\nok  \tm/kernels/x\t(cached)\n")
	want := []target{{"m/fuzz", "FuzzA"}, {"m/fuzz", "FuzzB2"}, {"m/kernels/x", "FuzzC"}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestBadFlags(t *testing.T) {
	for _, c := range []struct{ args, want string }{
		{"-t 0s", "-t 0s"}, {"-t -1h", "-t -1h0m0s"}, {"-n 0", "-n 0"}, {"2h", `"2h"`}, {"-t", "-t"}, {"-t x", `"x"`},
	} {
		var out bytes.Buffer
		err := run(context.Background(), strings.Fields(c.args), &out, &out)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want one with %s", c.args, err, c.want)
		}
	}
}

// TestCount fuzzes a target for a moment and wants elements in the count.
func TestCount(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a fuzz test")
	}
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("no go command")
	}
	var out, diag bytes.Buffer
	err := run(t.Context(), []string{"-t", "1ns", "-n", "2000", "-packages", "../../kernels/gonumblas"}, &out, &diag)
	if err != nil {
		t.Fatalf("%v\n%s%s", err, &out, &diag)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	last := regexp.MustCompile(`^(\d+) elements compared in \S+ by 1 targets$`).FindStringSubmatch(lines[len(lines)-1])
	if len(lines) != 2 || last == nil {
		t.Fatalf("output\n%s", &out)
	}
	if n, err := strconv.Atoi(last[1]); err != nil || n < 1e6 {
		t.Errorf("%s elements, want more than a million", last[1])
	}
}
