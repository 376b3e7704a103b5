package train

import (
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// A History is what the iterations of a run were: those of which [FitOptions.Progress] is told
// or would be. It is saved with the run, as text, so that a run that was resumed has the
// History of one that was never cut. The zero History is ready to use.
//
// A record takes 80 bytes of memory, and about 150 in every checkpoint, whose states have
// 100 MB together: a run of more than some hundred thousand iterations wants ProgressEvery, or a
// Progress that writes the Records to a file and empties them.
type History struct {
	Records []Record
}

// A Record is what a History keeps of an iteration.
type Record struct {
	Iteration int     // from 1
	Epoch     int     // from 1; 0 without Batches
	Loss      float64 // before the step
	Average   float64 // moving average of the loss
	EpochLoss float64 // mean of the epoch's losses so far; 0 without Batches
	LR        float64 // the schedule's learning rate
	GradNorm  float64 // before clipping; NaN with optim.Unchecked
	ClipCoef  float64 // the least that clipping by norms multiplied a gradient by; 0 if skipped
	Metric    float64 // on validation data, if Validated
	Validated bool
	Skipped   bool // whether the step was
}

// columns are the names of WriteCSV's.
var columns = []string{"iteration", "epoch", "loss", "average", "epoch_loss", "lr", "grad_norm", "clip", "metric", "skipped"}

// WriteCSV writes a table with a line for each record, below one with the names of the columns:
// iteration, epoch, loss, average, epoch_loss, lr, grad_norm, clip, metric and skipped. The
// numbers have the digits that strconv needs to read them back exactly, and may be NaN, +Inf or
// -Inf; a metric, or an epoch's loss, that there is not is an empty field.
func (h *History) WriteCSV(w io.Writer) error {
	table := csv.NewWriter(w)
	table.Write(columns) // Error has what went wrong
	number := func(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }
	for _, r := range h.Records {
		epochLoss, metric := "", ""
		if r.Epoch > 0 {
			epochLoss = number(r.EpochLoss)
		}
		if r.Validated {
			metric = number(r.Metric)
		}
		table.Write([]string{strconv.Itoa(r.Iteration), strconv.Itoa(r.Epoch), number(r.Loss), number(r.Average),
			epochLoss, number(r.LR), number(r.GradNorm), number(r.ClipCoef), metric, strconv.FormatBool(r.Skipped)})
	}
	table.Flush()
	return table.Error()
}

// add records an iteration.
func (h *History) add(p Progress) {
	r := Record{
		Iteration: p.Iteration, Epoch: p.Epoch, Loss: p.Loss, Average: p.Average, LR: p.LR,
		GradNorm: p.GradNorm, ClipCoef: p.ClipCoef, Validated: p.Validated, Skipped: p.Skipped,
	}
	if p.Epoch > 0 {
		r.EpochLoss = p.EpochLoss
	}
	if p.Validated {
		r.Metric = p.Metric
	}
	h.Records = append(h.Records, r)
}

// SaveState returns the records, as WriteCSV writes them.
func (h *History) SaveState() (string, error) {
	var text strings.Builder
	err := h.WriteCSV(&text)
	return text.String(), err
}

// RestoreState goes to a state that SaveState has returned.
func (h *History) RestoreState(text string) error {
	lines, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		return err
	}
	if len(lines) == 0 || !slices.Equal(lines[0], columns) {
		return fmt.Errorf("a History that does not begin with %q", columns)
	}
	records := make([]Record, len(lines)-1)
	for i, fields := range lines[1:] {
		if records[i], err = parseRecord(fields); err != nil {
			return fmt.Errorf("record %d: %w", i, err)
		}
	}
	h.Records = records
	return nil
}

// parseRecord reads a line of WriteCSV's.
func parseRecord(fields []string) (r Record, err error) {
	check := func(e error) {
		if err == nil {
			err = e
		}
	}
	whole := func(text string) int {
		n, err := strconv.Atoi(text)
		if err == nil && n < 0 {
			err = fmt.Errorf("%d, want no negative count", n)
		}
		check(err)
		return n
	}
	number := func(text string) float64 {
		x, err := strconv.ParseFloat(text, 64)
		check(err)
		return x
	}
	r = Record{
		Iteration: whole(fields[0]), Epoch: whole(fields[1]), Loss: number(fields[2]), Average: number(fields[3]),
		LR: number(fields[5]), GradNorm: number(fields[6]), ClipCoef: number(fields[7]), Validated: fields[8] != "",
	}
	if r.Epoch > 0 {
		r.EpochLoss = number(fields[4])
	}
	if r.Validated {
		r.Metric = number(fields[8])
	}
	var bad error
	r.Skipped, bad = strconv.ParseBool(fields[9])
	check(bad)
	return r, err
}
