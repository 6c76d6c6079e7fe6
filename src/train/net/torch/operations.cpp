#include "train/net/torch/operations.h"

#include <cmath>

namespace retort::train {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Function;
using torch::autograd::variable_list;

class RmsNorm : public Function<RmsNorm> {
  public:
    static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& gain, double epsilon) {
        const at::Tensor scale = x.square().mean(-1, true).add_(epsilon).rsqrt_();
        context->save_for_backward({x, gain, scale});
        return (x * scale).mul_(gain);
    }

    static variable_list backward(AutogradContext* context, const variable_list& gradients) {
        const variable_list saved = context->get_saved_variables();
        const at::Tensor& gain = saved[1];
        const at::Tensor& scale = saved[2];
        const at::Tensor unit = saved[0] * scale;
        at::Tensor dx = gradients[0] * unit;
        const at::Tensor dgain = dx.sum(0);
        const at::Tensor along = dx.matmul(gain.div(static_cast<double>(gain.numel()))).unsqueeze(-1);
        dx = (gradients[0] * gain).sub_(unit.mul(along)).mul_(scale);
        return {dx, dgain, at::Tensor()};
    }
};

class Swiglu : public Function<Swiglu> {
  public:
    static at::Tensor forward(AutogradContext* context, const at::Tensor& gate_up) {
        context->save_for_backward({gate_up});
        const std::int64_t inner = gate_up.size(-1) / 2;
        return at::silu(gate_up.narrow(-1, 0, inner)).mul_(gate_up.narrow(-1, inner, inner));
    }

    static variable_list backward(AutogradContext* context, const variable_list& gradients) {
        const at::Tensor gate_up = context->get_saved_variables()[0];
        const std::int64_t inner = gate_up.size(-1) / 2;
        const at::Tensor gate = gate_up.narrow(-1, 0, inner);
        const at::Tensor up = gate_up.narrow(-1, inner, inner);
        at::Tensor out = at::empty_like(gate_up);
        at::Tensor dgate = out.narrow(-1, 0, inner);
        at::Tensor dup = out.narrow(-1, inner, inner);
        at::mul_out(dup, at::silu(gate), gradients[0]);
        at::silu_backward_out(dgate, gradients[0] * up, gate);
        return {out};
    }
};

// Attention of one group. Queries carry the scale; those of one key head stand together: {sequences * kv_heads,
// per_kv * length, head_width}.
struct Heads {
    at::Tensor q;
    at::Tensor k;
    at::Tensor v;
};

at::Tensor rows_of(const at::Tensor& x, const PackPlan::Group& group, const AttentionShape& shape) {
    return x.index_select(0, group.gather).view({group.sequences, group.length, -1, shape.head_width});
}

at::Tensor queries_together(const at::Tensor& q, const PackPlan::Group& g, const AttentionShape& s) {
    return q.reshape({g.sequences, g.length, s.kv_heads, s.per_kv(), s.head_width})
        .permute({0, 2, 3, 1, 4})
        .reshape({g.sequences * s.kv_heads, s.per_kv() * g.length, s.head_width});
}

at::Tensor queries_apart(const at::Tensor& q, const PackPlan::Group& g, const AttentionShape& s) {
    return q.view({g.sequences, s.kv_heads, s.per_kv(), g.length, s.head_width})
        .permute({0, 3, 1, 2, 4})
        .reshape({g.sequences, g.length, s.heads, s.head_width});
}

at::Tensor keys_together(const at::Tensor& k, const PackPlan::Group& g, const AttentionShape& s) {
    return k.permute({0, 2, 1, 3}).reshape({g.sequences * s.kv_heads, g.length, s.head_width});
}

at::Tensor keys_apart(const at::Tensor& k, const PackPlan::Group& g, const AttentionShape& s) {
    return k.view({g.sequences, s.kv_heads, g.length, s.head_width}).permute({0, 2, 1, 3});
}

Heads heads_of(const at::Tensor& rows, const PackPlan::Group& g, const AttentionShape& s) {
    Heads out;
    out.q = queries_together(rows.narrow(2, 0, s.heads), g, s).mul_(1 / std::sqrt(static_cast<double>(s.head_width)));
    out.k = keys_together(rows.narrow(2, s.heads, s.kv_heads), g, s);
    out.v = keys_together(rows.narrow(2, s.heads + s.kv_heads, s.kv_heads), g, s);
    return out;
}

at::Tensor attention_weights(const Heads& heads, const PackPlan::Group& g, const AttentionShape& s) {
    at::Tensor scores = at::bmm(heads.q, heads.k.transpose(1, 2));
    scores.view({-1, s.per_kv(), g.length, g.length}).add_(g.mask);
    return at::softmax(scores, -1);
}

at::Tensor in_order(const std::vector<at::Tensor>& groups, const PackPlan& plan) {
    const at::Tensor all = groups.size() == 1 ? groups[0] : at::cat(groups);
    return all.index_select(0, plan.scatter);
}

class Attention : public Function<Attention> {
  public:
    static at::Tensor forward(AutogradContext* context, const at::Tensor& qkv, const at::Tensor& turns,
                              const AttentionShape& shape, const PackPlan* plan, KeysValues* kept) {
        variable_list saved{turns};
        std::vector<at::Tensor> outs;
        std::vector<at::Tensor> rows_kept;
        for (const PackPlan::Group& group : plan->groups) {
            const at::Tensor rows = rows_of(qkv, group, shape);
            rotate(rows, shape.heads + shape.kv_heads, turns.narrow(0, 0, group.length).unsqueeze(1));
            const Heads heads = heads_of(rows, group, shape);
            const at::Tensor weights = attention_weights(heads, group, shape);
            const at::Tensor out = at::bmm(weights, heads.v);
            outs.push_back(queries_apart(out, group, shape).reshape({-1, shape.heads * shape.head_width}));
            if (kept != nullptr) rows_kept.push_back(rows.view({-1, shape.all(), shape.head_width}));
            for (const at::Tensor& tensor : {heads.q, heads.k, heads.v, weights}) saved.push_back(tensor);
        }
        if (kept != nullptr) {
            const at::Tensor all = in_order(rows_kept, *plan);
            kept->keys = all.narrow(1, shape.heads, shape.kv_heads);
            kept->values = all.narrow(1, shape.heads + shape.kv_heads, shape.kv_heads);
        }
        context->save_for_backward(saved);
        context->saved_data["plan"] = reinterpret_cast<std::int64_t>(plan);
        context->saved_data["heads"] = shape.heads;
        context->saved_data["kv_heads"] = shape.kv_heads;
        context->saved_data["head_width"] = shape.head_width;
        return in_order(outs, *plan);
    }

    static variable_list backward(AutogradContext* context, const variable_list& gradients) {
        const variable_list saved = context->get_saved_variables();
        const auto* plan = reinterpret_cast<const PackPlan*>(context->saved_data["plan"].toInt());
        const AttentionShape shape{context->saved_data["heads"].toInt(), context->saved_data["kv_heads"].toInt(),
                                   context->saved_data["head_width"].toInt()};
        const at::Tensor back = saved[0].conj().resolve_conj();
        std::vector<at::Tensor> outs;
        for (std::size_t i = 0; i < plan->groups.size(); ++i) {
            const at::Tensor rows = group_gradient(gradients[0], plan->groups[i], shape, &saved[1 + 4 * i]);
            rotate(rows, shape.heads + shape.kv_heads, back.narrow(0, 0, plan->groups[i].length).unsqueeze(1));
            outs.push_back(rows.view({-1, shape.all() * shape.head_width}));
        }
        return {in_order(outs, *plan), at::Tensor(), at::Tensor(), at::Tensor(), at::Tensor()};
    }

  private:
    // What flows into the turned queries, keys and values: {sequences, length, all heads, head_width}.
    static at::Tensor group_gradient(const at::Tensor& gradient, const PackPlan::Group& g, const AttentionShape& s,
                                     const at::Tensor* saved) {
        const Heads heads{saved[0], saved[1], saved[2]};
        const at::Tensor& weights = saved[3];
        at::Tensor dout = gradient.index_select(0, g.gather);
        if (g.valid.defined()) dout.mul_(g.valid);
        dout = queries_together(dout.view({g.sequences, g.length, s.heads, s.head_width}), g, s);
        const at::Tensor dweights = at::bmm(dout, heads.v.transpose(1, 2));
        const at::Tensor dscores = at::_softmax_backward_data(dweights, weights, -1, at::kFloat);
        const double scale = 1 / std::sqrt(static_cast<double>(s.head_width));
        at::Tensor out = at::empty({g.sequences, g.length, s.all(), s.head_width}, gradient.options());
        out.narrow(2, 0, s.heads).copy_(queries_apart(at::bmm(dscores, heads.k).mul_(scale), g, s));
        out.narrow(2, s.heads, s.kv_heads).copy_(keys_apart(at::bmm(dscores.transpose(1, 2), heads.q), g, s));
        out.narrow(2, s.heads + s.kv_heads, s.kv_heads).copy_(keys_apart(at::bmm(weights.transpose(1, 2), dout), g, s));
        return out;
    }
};

class TargetScores : public Function<TargetScores> {
  public:
    static variable_list forward(AutogradContext* context, const at::Tensor& h, const at::Tensor& w,
                                 const at::Tensor& targets, double temperature) {
        at::Tensor logprobs = at::empty({h.size(0)}, h.options());
        at::Tensor entropies = at::empty_like(logprobs);
        at::Tensor totals = at::empty_like(logprobs);
        for_chunks(h, w, [&](std::int64_t begin, std::int64_t rows) {
            at::Tensor logits = at::mm(h.narrow(0, begin, rows), w.t());
            if (temperature != 1) logits.div_(temperature);
            const at::Tensor total = at::logsumexp(logits, -1);
            const at::Tensor chosen = logits.gather(1, targets.narrow(0, begin, rows).unsqueeze(1)).squeeze(1);
            totals.narrow(0, begin, rows).copy_(total);
            logprobs.narrow(0, begin, rows).copy_(chosen - total);
            const at::Tensor p = (logits - total.unsqueeze(1)).exp_();
            entropies.narrow(0, begin, rows).copy_(total - p.mul_(logits).sum(-1));
        });
        context->save_for_backward({h, w, targets, totals});
        context->saved_data["temperature"] = temperature;
        context->mark_non_differentiable({entropies});
        return {logprobs, entropies};
    }

    static variable_list backward(AutogradContext* context, const variable_list& gradients) {
        const variable_list saved = context->get_saved_variables();
        const at::Tensor& h = saved[0];
        const at::Tensor& w = saved[1];
        const double temperature = context->saved_data["temperature"].toDouble();
        at::Tensor dh = at::empty_like(h);
        at::Tensor dw = at::zeros_like(w);
        for_chunks(h, w, [&](std::int64_t begin, std::int64_t rows) {
            const at::Tensor part = h.narrow(0, begin, rows);
            at::Tensor logits = at::mm(part, w.t());
            if (temperature != 1) logits.div_(temperature);
            const at::Tensor gradient = gradients[0].narrow(0, begin, rows).unsqueeze(1);
            at::Tensor dlogits = logits.sub_(saved[3].narrow(0, begin, rows).unsqueeze(1)).exp_().mul_(-gradient);
            dlogits.scatter_add_(1, saved[2].narrow(0, begin, rows).unsqueeze(1), gradient);
            if (temperature != 1) dlogits.div_(temperature);
            at::Tensor to = dh.narrow(0, begin, rows);
            at::mm_out(to, dlogits, w);
            dw.addmm_(dlogits.t(), part);
        });
        return {dh, dw, at::Tensor(), at::Tensor()};
    }

  private:
    template <class Work>
    static void for_chunks(const at::Tensor& h, const at::Tensor& w, Work work) {
        const std::int64_t step = chunk_rows(w.size(0));
        for (std::int64_t begin = 0; begin < h.size(0); begin += step) work(begin, std::min(step, h.size(0) - begin));
    }
};

}  // namespace

std::int64_t chunk_rows(std::int64_t vocabulary) {
    constexpr std::int64_t kMostLogits = 1 << 21;
    return std::max<std::int64_t>(1, kMostLogits / vocabulary);
}

at::Tensor rms_norm(const at::Tensor& x, const at::Tensor& gain, double epsilon) {
    return RmsNorm::apply(x, gain, epsilon);
}

at::Tensor swiglu(const at::Tensor& gate_up) {
    return Swiglu::apply(gate_up);
}

at::Tensor rotations(std::int64_t positions, std::int64_t head_width, double base, at::Device device) {
    const at::Tensor pairs = at::arange(head_width / 2, at::kDouble);
    const at::Tensor speeds = at::pow(base, pairs.mul(-2.0 / static_cast<double>(head_width)));
    const at::Tensor angles = at::arange(positions, at::kDouble).unsqueeze(1) * speeds;
    return at::complex(angles.cos(), angles.sin()).to(at::kComplexFloat).to(device);
}

void rotate(const at::Tensor& x, std::int64_t heads, const at::Tensor& turns) {
    std::vector<std::int64_t> pairs = x.sizes().vec();
    pairs.back() /= 2;
    pairs.push_back(2);
    at::view_as_complex(x.view(pairs)).narrow(-2, 0, heads).mul_(turns);
}

at::Tensor attend(const at::Tensor& qkv, const AttentionShape& shape, const at::Tensor& turns, const PackPlan& plan,
                  KeysValues* kept) {
    return Attention::apply(qkv, turns, shape, &plan, kept);
}

Scores score_targets(const at::Tensor& h, const at::Tensor& w, const at::Tensor& targets, double temperature) {
    const variable_list out = TargetScores::apply(h, w, targets, temperature);
    return {out[0], out[1]};
}

}  // namespace retort::train
