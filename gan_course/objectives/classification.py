"""What a classifier's logits cost. Lesson 04."""

from torch import Tensor


def cross_entropy(logits: Tensor, labels: Tensor) -> Tensor:
    """The mean over a batch of −log of the probability that is given to the true class, in nats.

    logits: `(batch, class)`, the logarithms of the probabilities but for a constant in each row. labels: `(batch,)`
    int64. The largest logit of a row is taken out of the logarithm of the sum of exponentials first, so that nothing
    overflows. Equal to `torch.nn.functional.cross_entropy`. Lesson 04.
    """
    largest = logits.amax(1)
    log_of_sum = largest + (logits - largest[:, None]).exp().sum(1).log()
    of_truth = logits.gather(1, labels[:, None])[:, 0]
    return (log_of_sum - of_truth).mean()
