package train_test

import (
	"context"
	"encoding/csv"
	"log"
	"math"
	"os"
	"strconv"
	"strings"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/train"
)

// measurements are the columns of a file: two features of different scale, and the target.
const measurements = `2.9,230,23.9
1.7,120,21.6
4.2,470,23.7
2.8,780,11.2
3.9,320,25.7
8.5,130,42.2
7.6,430,34.4
3.5,900,11.9
7.9,570,33.5
6.4,740,25.1
3.0,410,20.4
8.5,800,29.6
7.7,100,42.2
8.1,750,28.6
`

// A linear model is trained on a file of comma-separated values, whose last column is the
// target, and the course of the training is written as another.
func Example_csv() {
	records, err := csv.NewReader(strings.NewReader(measurements)).ReadAll()
	if err != nil {
		log.Fatal(err)
	}
	var x, y []float32
	for i, record := range records {
		for j, field := range record {
			v, err := strconv.ParseFloat(field, 32)
			if err != nil {
				log.Fatalf("row %d: %v", i+1, err)
			}
			if j < len(record)-1 {
				x = append(x, float32(v))
			} else {
				y = append(y, float32(v))
			}
		}
	}
	n, columns := len(y), len(x)/len(y)
	mean, scale := make([]float32, columns), make([]float32, columns)
	kernels.ColumnMoments(mean, scale, x, columns, n)
	for j, variance := range scale {
		scale[j] = float32(1 / math.Sqrt(float64(variance)))
	}
	kernels.StandardizeColumns(x, columns, x, columns, n, mean, scale)

	const size = 4
	w, bias := make([]float32, columns), make([]float32, 1)
	opt, err := optim.New(optim.Momentum{LR: 0.01, Momentum: 0.9}, []optim.Param[float32]{{Name: "w", Value: w}, {Name: "bias", Value: bias}})
	if err != nil {
		log.Fatal(err)
	}
	batches := &train.Batches{Samples: n, Size: size, Seed: 1}
	px, py := make([]float32, size*columns), make([]float32, size)
	var history train.History
	if _, err := train.Fit(context.Background(), opt, func(b train.Batch, g *optim.Gradients[float32]) (loss float64, err error) {
		n := len(b.Samples)
		kernels.Gather(px, columns, x, columns, columns, b.Samples)
		kernels.Gather(py, 1, y, 1, 1, b.Samples)
		loss, g.Dense[1][0] = kernels.LinearGradient(g.Dense[0], px, columns, w, bias[0], py[:n], kernels.LeastSquares, 1/float32(n))
		return loss, nil
	}, train.FitOptions[float32]{
		Batches:       batches,
		Epochs:        50,
		History:       &history,
		ProgressEvery: 10 * batches.PerEpoch(),
	}); err != nil {
		log.Fatal(err)
	}
	if err := history.WriteCSV(os.Stdout); err != nil {
		log.Fatal(err)
	}
	// Output:
	// iteration,epoch,loss,average,epoch_loss,lr,grad_norm,clip,metric,skipped
	// 40,10,0.3409512937068939,0.3409512937068939,1.1801076233386993,0.01,0.5152432061966233,1,,false
	// 80,20,0.08319349586963654,0.08319349586963654,0.6669021057231086,0.01,0.5555219596670058,1,,false
	// 120,30,1.1786712408065796,1.1786712408065796,0.495009788445064,0.01,2.7708878937841948,1,,false
	// 160,40,0.0030575059354305267,0.0030575059354305267,0.47871325218251776,0.01,0.14540912193786104,1,,false
	// 200,50,0.44456273317337036,0.44456273317337036,0.4830930531024933,0.01,1.9774450338464096,1,,false
}
