package optim

import (
	"slices"
	"strings"
	"testing"
)

func TestBiasOrNorm(t *testing.T) {
	for _, name := range []string{
		// biases
		"bias", "Bias", "BIAS", "fc1.bias", "encoder/layer0/bias", "attn.in_proj_bias", "bias1", "bias_1", "hiddenBias", "hiddenBias2",
		"lstm.bias_ih_l0", "lstm.bias_hh_l1_reverse", "attn.bias_k", "biases.3", "fc.bias.0", "b.1", "fc1_bias", "outputBIAS", "dense/bias:0",
		"b", "b1", "b12", "b_1", "fc_b_1", "fc1.b", "fc1.b2", "fc1_b", "b_h", "b1_out", "rnn/b_ih", "layers.0.b",
		// normalisation layers
		"norm", "norm1.weight", "norms.0.weight", "LayerNorm.weight", "layernorm.weight", "layer_norm.weight", "layerNorm", "attn_layer_norm1/w",
		"BatchNorm2d.weight", "batch_norm/w", "batchnorm1.w", "RMSNorm.weight", "rms_norm", "model.layers.0.input_layernorm.weight",
		"groupNorm.0.scale", "q_norm.weight", "post_attention_norm", "norm.proj.weight",
		"bn", "bn1", "bns.2.weight", "model.bn2.weight", "BN1.w", "bn2a_branch2b", "gn1.weight",
		"ln", "ln1", "lns.1.w", "LN", "ln_final", "ln_final.weight", "mlp_ln", "mlp_ln.weight", "h.0.ln_1.weight", "ln_f_1.beta", "lnPost.weight",
		"beta", "gamma", "block/gamma", "gamma_1", "block.beta2", "bn.gammas", "layerGamma",
	} {
		if !BiasOrNorm(name) {
			t.Errorf("%q is none", name)
		}
	}
	for _, name := range []string{
		"", ".", "1", "_", "w", "fc1.weight", "W1", "conv1", "conv2b", "fc1b.weight", "res2a_branch2b.weight",
		"renormalize", "renormalize.weight", "normals_decoder.weight", "normal", "normalizer.w", "enormous", "Normalize",
		"bias.weight", "bias_net.weight", "unbiased", "biased", "debias", "biasing",
		"bnet.w", "bnn.w", "lnn.w", "lnet", "sln1x.w", "plan", "kiln", "gnn.weight",
		"alphabeta", "beta.weight", "betas.0.w", "gamma_net.weight", "beta_decoder",
		"B", "lora_B", "lora_B.weight", "hiddenB", "B1", "b.weight", "b1.weight", "tab", "bb", "a_b_c", "web1", "blob",
	} {
		if BiasOrNorm(name) {
			t.Errorf("%q is one", name)
		}
	}
}

func TestWords(t *testing.T) {
	for name, want := range map[string]string{
		"": "", "w": "w", "fc1": "fc", "in_proj_bias": "in proj bias", "hiddenBias": "hidden bias", "LayerNorm2d": "layer norm d",
		"RMSNorm": "rms norm", "BN": "bn", "BNLayer": "bn layer", "__a--B9c": "a b c", "W1": "w", "éÉtÉ": "é ét é", "ABc": "a bc",
	} {
		if got := words(name); !slices.Equal(got, strings.Fields(want)) {
			t.Errorf("%q has the words %q, want %q", name, got, want)
		}
	}
}
