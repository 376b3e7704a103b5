package main

import (
	"math"
	"math/rand/v2"

	"github.com/seed63264101/steepest/kernels"
)

// A rating is what a user thinks of an item.
type rating struct {
	user, item int
	value      float32
}

// The model that ratings are drawn from.
const (
	plantedRank  = 6
	plantedMean  = 3.5
	plantedBias  = 0.4 // standard deviation of the users' and of the items' biases
	plantedScale = 0.7 // standard deviation of the products of factors
	plantedNoise = 0.3 // standard deviation
)

// generate draws ratings of pairs of users and items. Some users rate far more
// than others, and some items are rated far more.
func (o *options) generate() (train, test []rating) {
	rng := rand.New(rand.NewPCG(o.seed, 4))
	users, items := plant(rng, o.users), plant(rng, o.items)
	all := make([]rating, o.ratings)
	for i := range all {
		u, v := skewed(rng, o.users), skewed(rng, o.items)
		a, b := users[u*(plantedRank+1):][:plantedRank+1], items[v*(plantedRank+1):][:plantedRank+1]
		value := plantedMean + kernels.Dot(a[:plantedRank], b[:plantedRank]) + a[plantedRank] + b[plantedRank]
		all[i] = rating{u, v, value + float32(plantedNoise*rng.NormFloat64())}
	}
	n := len(all) / 10
	return all[n:], all[:n]
}

// plant draws rows of factors, each with a bias behind.
func plant(rng *rand.Rand, rows int) []float32 {
	dev := math.Sqrt(plantedScale / math.Sqrt(plantedRank))
	all := make([]float32, rows*(plantedRank+1))
	for i := range all {
		if i%(plantedRank+1) == plantedRank {
			all[i] = float32(plantedBias * rng.NormFloat64())
		} else {
			all[i] = float32(dev * rng.NormFloat64())
		}
	}
	return all
}

// skewed draws a number below n, small ones more often.
func skewed(rng *rand.Rand, n int) int {
	u := rng.Float64()
	return int(u * math.Sqrt(u) * float64(n))
}

// mean returns the mean rating.
func mean(ratings []rating) float32 {
	var sum float64
	for _, r := range ratings {
		sum += float64(r.value)
	}
	return float32(sum / float64(len(ratings)))
}
