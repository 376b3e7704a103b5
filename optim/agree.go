package optim

import (
	"errors"
	"fmt"
	"math"
	"strings"
)

// A heading is what ranks tell each other before a step, to find that one has failed or is
// elsewhere before the others wait for it in vain.
type heading struct {
	Failed       int64 // length of the error's text, 0 if there is none
	Step         int64
	MicroBatches int64
	Rates        uint64 // a hash
	LossScale    float64
}

// agree returns an error unless all ranks are about to take the same step. err is this rank's
// own, which the others are told.
func (w *world[T]) agree(o *Optimizer[T], call string, batches int, err error) error {
	if w.err != nil {
		return w.err
	}
	text := ""
	if err != nil {
		text = err.Error()
	}
	mine := heading{int64(len(text)), int64(o.steps + 1), int64(w.microBatches), hashRates(o.rates), o.scaling.scale}
	all := make([]heading, w.size)
	gatherAll(w, mine, all)
	if w.err != nil {
		return w.err
	}
	others := w.errorsOf(all, text)
	if err != nil {
		return err
	}
	if others != nil {
		return others
	}
	for r, h := range all {
		switch first := all[0]; {
		case h.Step != first.Step:
			return fmt.Errorf("optim: %s: rank %d takes step %d, and rank 0 step %d", call, r, h.Step, first.Step)
		case h.MicroBatches != first.MicroBatches:
			return fmt.Errorf("optim: %s: step %d has %d micro-batches on rank %d, and %d on rank 0", call, h.Step, h.MicroBatches, r, first.MicroBatches)
		case h.LossScale != first.LossScale:
			return fmt.Errorf("optim: %s: step %d has the loss scale %v on rank %d, and %v on rank 0", call, h.Step, h.LossScale, r, first.LossScale)
		case h.Rates != first.Rates:
			return fmt.Errorf("optim: %s: step %d has another learning rate on rank %d than on rank 0", call, h.Step, r)
		}
	}
	return nil
}

// errorsOf returns the errors of the other ranks, nil if none of them has failed.
func (w *world[T]) errorsOf(all []heading, text string) error {
	texts, failed := make([][]byte, w.size), false
	for r, h := range all {
		texts[r] = make([]byte, h.Failed)
		failed = failed || h.Failed > 0
	}
	if !failed {
		return nil
	}
	if err := w.gather([]byte(text), texts); err != nil {
		return err
	}
	var errs []error
	for r, text := range texts {
		if r != w.rank && len(text) > 0 {
			errs = append(errs, fmt.Errorf("optim: rank %d: %s", r, strings.TrimPrefix(string(text), "optim: ")))
		}
	}
	return errors.Join(errs...)
}

// hashRates returns the FNV-1a hash of the rates' bits.
func hashRates(rates []float64) uint64 {
	h := uint64(14695981039346656037)
	for _, r := range rates {
		h = (h ^ math.Float64bits(r)) * 1099511628211
	}
	return h
}
