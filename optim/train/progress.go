package train

import "github.com/seed63264101/steepest/optim"

// Progress is what is known of a run after a step. It may be kept: the next step leaves it as
// it is.
type Progress struct {
	optim.Report         // what the step did
	Iteration    int     // steps tried in this run so far, from 1, also before it was resumed; skipped ones count
	Epoch        int     // number of the epoch that it belongs to, from 1; 0 without Batches
	Epochs       int     // after which the run ends; 0 if FitOptions does not say
	Loss         float64 // loss before the step
	Average      float64 // moving average of the loss
	Validated    bool    // whether there is a new Metric
	Metric       float64 // last metric on validation data
}
