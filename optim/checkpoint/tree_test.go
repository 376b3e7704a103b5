package checkpoint

import (
	"strings"
	"testing"

	"github.com/seed63264101/steepest/optim"
)

// TestTree saves a run after each of the micro-batches that it adds up in a tree, and goes on from
// the file. A parameter's name may look like a number of a sum.
func TestTree(t *testing.T) {
	made := func() *run[float32] {
		r := &run[float32]{params: []optim.Param[float32]{
			{Name: "w", Value: []float32{1, 2, 3}, Shape: []int{3, 1}}, {Name: "0.w", Value: []float32{4}}, {Name: "1.0.w", Value: []float32{5}},
		}}
		var err error
		if r.opt, err = optim.New(optim.NewAdam(0.1), r.params, optim.WithReductionOrder(optim.ReduceTree)); err != nil {
			t.Fatal(err)
		}
		return r
	}
	whole, part := made(), made()
	for range 7 {
		whole.accumulate(t)
		part.accumulate(t)
		path := part.save(t)
		part = made()
		if err := Load(path, part.opt); err != nil {
			t.Fatal(err)
		}
		if !sameBits(part.snapshot(t), whole.snapshot(t)) {
			t.Fatalf("%d batches: the resumed run differs", whole.opt.Accumulated())
		}
	}
	good := readBytes(t, part.save(t))
	for _, c := range []struct{ old, new, want string }{
		{`\"order\":\"tree\"`, `\"order\":\"bush\"`, `the reduction order "bush"`},
		{`\"order\":\"tree\",`, ``, `"grad.0.w" has the shape [3 1]`},
		{`\"accumulated\":7`, `\"accumulated\":8`, `"grad.1.w" is not in the metadata`},
		{`\"accumulated\":7`, `\"accumulated\":65535`, `more than the 18 tensors`},
		{`\"accumulated\":7`, `\"accumulated\":2147483647`, `more than the 18 tensors`},
		{`"grad.2.0.w"`, `"grad.3.0.w"`, `"grad.3.0.w" is not in the metadata`},
	} {
		_, err := decodeBytes[float32](edit(t, good, replace(c.old, c.new)))
		wantError(t, err, c.want)
	}
	if !strings.Contains(string(good), `"grad.2.1.0.w"`) {
		t.Error("the third sum of the last parameter is not in the file")
	}
	s := part.snapshot(t)
	s.Params[1].Sums = s.Params[1].Sums[1:]
	wantError(t, Write(part.save(t), s), `"0.w"`, "2 sums", "want 3")
}
