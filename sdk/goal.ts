/** Something that a visitor may reach; it tells the experiments that wait for it. */
import type { GoalProps } from './adapter'
import type { Experiment } from './experiment'

export class Goal {
  readonly name: string
  readonly props: GoalProps
  private readonly experiments = new Set<Experiment>()

  constructor(name: string, props: GoalProps = {}) {
    this.name = name
    this.props = props
  }

  add_experiment(experiment: Experiment): void {
    this.experiments.add(experiment)
  }

  /** It is reached. Where a visitor has no variant it is nobody's merit, and nothing is told. */
  complete(): void {
    for (const experiment of this.experiments) experiment.goal_complete(this.name, this.props)
  }
}
