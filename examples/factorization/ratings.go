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

// The streams of random numbers, behind those of the model's first factors.
const (
	plantedUsers = 2 + 2*iota
	plantedItems
	noises
)

// generate draws ratings of pairs of users and items. Some users rate far more
// than others, and some items are rated far more.
func (o *options) generate() (train, test []rating) {
	rng := rand.New(rand.NewPCG(o.seed, 4))
	users, items := plant(o.users, o.seed, plantedUsers), plant(o.items, o.seed, plantedItems)
	noise := make([]float32, o.ratings)
	kernels.Normal(noise, 0, plantedNoise, kernels.Philox{Seed: o.seed, Stream: noises})
	all := make([]rating, o.ratings)
	for i := range all {
		u, v := skewed(rng, o.users), skewed(rng, o.items)
		a, b := users[u*(plantedRank+1):][:plantedRank+1], items[v*(plantedRank+1):][:plantedRank+1]
		value := plantedMean + kernels.Dot(a[:plantedRank], b[:plantedRank]) + a[plantedRank] + b[plantedRank]
		all[i] = rating{u, v, value + noise[i]}
	}
	n := len(all) / 10
	return all[n:], all[:n]
}

// plant draws rows of factors, each with a bias behind, from two streams of random numbers.
func plant(rows int, seed, stream uint64) []float32 {
	const dim = plantedRank + 1
	all, biases := make([]float32, rows*dim), make([]float32, rows)
	kernels.Normal(all, 0, float32(math.Sqrt(plantedScale/math.Sqrt(plantedRank))), kernels.Philox{Seed: seed, Stream: stream})
	kernels.Normal(biases, 0, plantedBias, kernels.Philox{Seed: seed, Stream: stream + 1})
	for i, bias := range biases {
		all[i*dim+plantedRank] = bias
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
