"""Upstream in closed form: what the loss of one buyer's demand costs, for every node at once.

Sales of i to j over the output of i, U[i, j], are the probabilities of a walk along customers that ends with
final users. The loss of i when k fails is the probability that a walk from i ever meets k, and so, with
N = (I − U)⁻¹,

    loss(k) = Σ_i g_i N[i, k] / N[k, k] = (g′N)[k] · (1 − r[k])

where r[k] is the probability that a walk from k comes back to k.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from autarky.cascade.bounds import most_that_follows
from autarky.errors import EconomyError, Problem
from autarky.firm_network import FirmNetwork

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

SLACK = 1e-12
"""Share of itself by which (g′N) may be too high."""
MOST_STEPS = 20_000
"""Steps of a walk after which it is taken for endless."""
AT_ONCE = 64_000_000
"""Nodes times walks that are counted together."""


def upstream_losses(
    network: FirmNetwork,
    weights: Floats,
    *,
    error: float | None = 1e-6,
    denominator: Literal["output", "sales"] = "output",
) -> Floats:
    """Loss by lack of each node's demand alone, once the cascade has run to its end, (n, w).

    A cascade that stops at a tolerance above nothing has lost less.

    Parameters
    ----------
    network : FirmNetwork
    weights : array, shape (w, n)
        What a node counts for; losses are shares of each row's sum.
    error : float or None
        Most by which a loss may be too high, as a share of the whole economy; never is one too low. None:
        only returns in one or two steps (k → k, k → j → k) are counted. That is quick, and too high by what
        later returns make.
    denominator : {"output", "sales"}
        What sales are shares of. With ``sales`` walks end only at firms that sell to no firm.

    Raises
    ------
    EconomyError
        If some firms sell all they make to one another: a walk among them never ends.

    References
    ----------
    The cascade is the upstream half of Diem et al. (2022), doi:10.1038/s41598-022-11522-z. The closed form is
    ours; it is the hitting probability of an absorbing Markov chain (Kemeny and Snell 1960, ch. III).
    """
    shares = sales_shares(network, denominator)
    own = weights.T / weights.sum(axis=1)
    # Value added may be negative: bounds are on what is lost and on what is spared, each for itself.
    signs = [own.clip(0.0)] if (own >= 0).all() else [own.clip(0.0), (-own).clip(0.0)]
    met = most_that_follows(shares.T.tocsr(), np.hstack(signs), slack=SLACK, rounds=MOST_STEPS)
    endless = np.flatnonzero(~np.isfinite(met).all(axis=1))
    if len(endless):
        raise _endless(network, int(endless[0]))
    back = short_returns(shares)
    if error is not None:
        steps = most_that_follows(shares, np.ones((len(network), 1)), slack=SLACK, rounds=MOST_STEPS)[:, 0]
        back = _returns(shares, back, error / (met.sum(axis=1) * steps))
    lost = met[:, : len(weights)] - (met[:, len(weights) :] if len(signs) > 1 else 0.0)
    return np.asarray(lost * (1.0 - back)[:, None])


def sales_shares(network: FirmNetwork, denominator: Literal["output", "sales"]) -> csr_array:
    """U: sales of i to j over the output of i, or over all its sales to firms, (n, n)."""
    # Rounding may leave sales a hair above output.
    whole = network.sold if denominator == "sales" else np.maximum(network.nodes.output, network.sold)
    shares = network.sales / whole[network.supplier]
    places = network.buyer.astype(np.int64), network.first
    return csr_array((shares, *places), shape=(len(network), len(network)))


def short_returns(shares: csr_array) -> Floats:
    """(n,) probability that a walk from a node is back after one step, or for the first time after two."""
    own = shares.diagonal()
    both = np.asarray(shares.multiply(shares.T).sum(axis=1)).reshape(-1)
    return np.asarray(own + both - own**2)


def _returns(shares: csr_array, back: Floats, allowed: Floats) -> Floats:
    """(n,) probability of a return, too low by at most ``allowed`` times the steps of a walk from the node.

    A walk from k that has not met k before visits other nodes, in all at most its steps; from each of them
    it meets k later with a probability that is at most the largest among the nodes. Hence two steps will do
    where no supplier sells k more than ``allowed`` of its output.
    """
    found = back.copy()
    largest = np.asarray(shares.max(axis=0).todense()).reshape(-1)
    open_nodes = np.flatnonzero(largest > allowed)
    sellers = shares.T.tocsr()
    width = max(64, AT_ONCE // len(back))
    for at in range(0, len(open_nodes), width):
        nodes = open_nodes[at : at + width]
        found[nodes] = _counted(sellers, nodes, allowed[nodes])
    return found


def _counted(sellers: csr_array, nodes: Integers, allowed: Floats) -> Floats:
    """Backwards from each k: the share of walks from i that first meet k after t steps, t = 1, 2, …

    What is below allowed / (t·(t + 1)) is left out; over all t that is ``allowed``.
    """
    found = np.zeros(len(nodes))
    first = sellers[nodes]
    t = 1
    while first.nnz:
        walk = np.repeat(np.arange(len(nodes)), np.diff(first.indptr))
        home = first.indices == nodes[walk]
        found += np.bincount(walk[home], first.data[home], len(nodes))
        kept = ~home & (first.data > allowed[walk] / (t * (t + 1)))
        ends = np.concatenate([[0], np.cumsum(np.bincount(walk[kept], minlength=len(nodes)))])
        first = csr_array((first.data[kept], first.indices[kept], ends), shape=first.shape) @ sellers
        t += 1
    return found


def _endless(network: FirmNetwork, node: int) -> EconomyError:
    what = f"{network.id_of(node)} is paid for by firms that sell all they make to one another"
    remedy = "measure sales against output with sales to final users, or run the cascade itself"
    return EconomyError(Problem(f"{network.name}: sales", what, remedy))
