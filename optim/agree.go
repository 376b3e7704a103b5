package optim

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
)

// What the ranks do together, they begin with a heading, so that a rank that has failed, is
// elsewhere or has something else is an error of all, before one waits for another in vain.

// rankVersion is raised by every change of the bits of a step, and of what the ranks send each
// other.
const rankVersion = 1

// A heading says what a rank is about to do. In all versions it has this size and begins with the
// version. Its bytes are little-endian ones, on every machine.
type heading struct {
	Version  uint64
	Machine  uint64 // how numbers lie in what is sent otherwise
	Call     [16]byte
	Length   uint64 // of the bytes that follow: the words of an error, or what AllGather brings
	Failed   uint64 // 1 if the rank has an error
	Changed  uint64 // 1 if what all must have alike was not compared yet
	Position uint64 // hash of where the rank is, which each step may change
}

const headingBytes = 64

// machine is this one's order of bytes and size of int.
var machine = uint64(binary.NativeEndian.Uint16([]byte{0, 1}))<<8 | strconv.IntSize

// machineName describes the machine of a heading.
func machineName(m uint64) string {
	order := "little-endian"
	if m>>8 == 1 {
		order = "big-endian"
	}
	return fmt.Sprintf("%s with an int of %d bits", order, m&0xff)
}

// newHeading returns the heading of a call.
func newHeading(call string) heading {
	h := heading{Version: rankVersion, Machine: machine}
	copy(h.Call[:], call)
	return h
}

// agree returns an error unless all ranks are about to make the same call, from the same position,
// and with the same parameters and options; those of nil are not compared. err is this rank's own,
// which the others are told.
func (w *world[T]) agree(o *Optimizer[T], call string, position numbers, err error) error {
	text := ""
	mine := newHeading(call)
	if err != nil {
		text = cmp.Or(err.Error(), "an error without words")
		mine.Failed, mine.Length = 1, uint64(len(text))
	} else if w.err == nil {
		mine.Position = position.hash()
	}
	if o != nil && w.changed {
		mine.Changed = 1
	}
	all := w.headings(mine)
	if w.err != nil {
		return w.err
	}
	failed, changed, moved := false, false, false
	for _, h := range all {
		failed = failed || h.Failed != 0
		changed = changed || h.Changed != 0
		moved = moved || h.Position != all[0].Position
	}
	switch {
	case failed:
		return w.tellErrors(all, text, err)
	case changed:
		if err := w.compareAll(o); err != nil {
			return err
		}
	}
	if moved {
		return w.compare(position.facts())
	}
	return nil
}

// headings returns those of all ranks. Where they are not of one kind, nothing goes on: some of
// the ranks may wait for what others do not send.
func (w *world[T]) headings(mine heading) []heading {
	text, err := binary.Append(make([]byte, 0, headingBytes), binary.LittleEndian, mine)
	if err != nil || len(text) != headingBytes {
		panic("optim: a heading of another size") // all its fields have one
	}
	all := make([]heading, w.size)
	for r, text := range w.gatherBytes(text, slices.Repeat([]int{headingBytes}, w.size)) {
		if _, err := binary.Decode(text, binary.LittleEndian, &all[r]); err != nil {
			panic(err) // there are as many bytes
		}
	}
	if w.err != nil {
		return nil
	}
	for r, h := range all {
		switch first := &all[0]; {
		case h.Version != first.Version:
			w.err = fmt.Errorf("optim: rank %d has version %d of what ranks send each other, and rank 0 has %d", r, h.Version, first.Version)
		case h.Machine != first.Machine:
			w.err = fmt.Errorf("optim: rank %d is on a machine that is %s, and rank 0 on one that is %s", r, machineName(h.Machine), machineName(first.Machine))
		case h.Call != first.Call:
			w.err = fmt.Errorf("optim: rank %d calls %s, and rank 0 calls %s", r, h.call(), first.call())
		default:
			continue
		}
		return nil
	}
	return all
}

// call returns the name of the call.
func (h *heading) call() string { return string(bytes.TrimRight(h.Call[:], "\x00")) }

// tellErrors returns this rank's error, if it has one, or those of the others.
func (w *world[T]) tellErrors(all []heading, text string, own error) error {
	var errs []error
	for r, text := range w.gatherLengths([]byte(text), all) {
		if len(text) > 0 {
			errs = append(errs, fmt.Errorf("optim: rank %d: %s", r, strings.TrimPrefix(string(text), "optim: ")))
		}
	}
	switch {
	case w.err != nil:
		return w.err
	case own != nil:
		return own
	}
	return errors.Join(errs...)
}

// fail notes an error of the transport, and ends the training of the others, who may wait for
// this rank.
func (w *world[T]) fail(err error) {
	if w.err == nil && err != nil {
		w.err = fmt.Errorf("optim: rank %d of %d: %w", w.rank, w.size, err)
		w.Abort(w.err)
	}
}

// within runs what all ranks do in a call. If that panics, or ends the goroutine, it ends the
// training of the others, who wait for this rank.
func (w *world[T]) within(call string, f func() error) error {
	returned := false
	defer func() {
		if returned {
			return
		}
		p := recover()
		if p == nil {
			w.fail(fmt.Errorf("its goroutine has ended in %s", call))
			return
		}
		w.fail(fmt.Errorf("%s panics: %v\n%s", call, p, debug.Stack()))
		panic(p)
	}()
	err := f()
	returned = true
	return err
}
