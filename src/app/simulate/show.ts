/** How a simulation is shown, for those who may see the app and nothing behind it. */
export { compareSimulations } from '../../report/simulation/comparison.ts'
export { simulationPage } from '../../report/simulation/simulation-page.ts'
export { comparisonText, simulationText } from '../../report/simulation/simulation-text.ts'
